import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrationsFolder } from '../src/migrations/folder.ts'
import { migrate } from '../src/migrations/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server, database `postgres`. */
    postgresUrl: string
    redisPort: number
  }
}

/** The database that each test's own database is copied from: every migration applied. */
export const templateDatabase = 'template_appname'

/** Starts a throwaway PostgreSQL and Redis for the whole test run, on free loopback ports, and stops them after it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'appname-api-test-'))
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const each of stops.reverse()) await each()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const postgresUrl = await startPostgres(folder, stops)
    const redisPort = await startRedis(folder, stops)
    await createTemplate(postgresUrl)
    project.provide('postgresUrl', postgresUrl)
    project.provide('redisPort', redisPort)
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function startPostgres(folder: string, stops: (() => Promise<void>)[]): Promise<string> {
  const bin = process.env.POSTGRES_BIN ?? '/usr/lib/postgresql/15/bin'
  if (!existsSync(join(bin, 'postgres'))) {
    throw new Error(`no PostgreSQL in ${bin}: install postgresql-15-postgis-3, or set POSTGRES_BIN`)
  }
  const data = join(folder, 'postgres')
  const port = await freePort()
  // PostgreSQL refuses to run as root.
  const identity = process.getuid?.() === 0 ? accountOf('postgres') : {}
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(folder, identity.uid, identity.gid)
    chmodSync(folder, 0o755)
  }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      stdio: 'pipe',
      cwd: folder,
      ...identity,
    },
  )
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300']
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-h',
      '127.0.0.1',
      '-p',
      `${port}`,
      '-k',
      folder,
      ...settings.flatMap((value) => ['-c', value]),
    ],
    { stdio: 'ignore', cwd: folder, ...identity },
  )
  // SIGINT is PostgreSQL's "fast" shutdown.
  stops.push(() => stopProcess(server, 'SIGINT'))
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  await until(() => withClient(url, (client) => client.query('SELECT 1')))
  return url
}

async function startRedis(folder: string, stops: (() => Promise<void>)[]): Promise<number> {
  const port = await freePort()
  const options = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ]
  const server = spawn('redis-server', options, { stdio: 'ignore' })
  stops.push(() => stopProcess(server, 'SIGTERM'))
  await until(() => execFileSync('redis-cli', ['-p', `${port}`, 'ping'], { stdio: 'pipe' }))
  return port
}

async function createTemplate(postgresUrl: string): Promise<void> {
  await withClient(postgresUrl, (client) => client.query(`CREATE DATABASE ${templateDatabase}`))
  await migrate({
    databaseUrl: postgresUrl.replace(/postgres$/, templateDatabase),
    migrationsFolder: migrationsFolder(),
    wait: 10_000,
    lockTimeout: 5_000,
    statementTimeout: 60_000,
    say: () => {},
  })
}

/** Runs `use` with a connection of its own. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function accountOf(user: string): { uid?: number; gid?: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function until(succeeds: () => unknown): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await succeeds()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await sleep(100)
    }
  }
}

async function stopProcess(server: ReturnType<typeof spawn>, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null) return
  const exited = new Promise((resolve) => server.once('exit', resolve))
  server.kill(signal)
  await exited
}
