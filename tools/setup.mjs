// Prepares what every command of this repository needs, then runs the TypeScript file named first on the command line.
// Plain JavaScript on purpose: it is the one file that runs before there is a Node 24, a pnpm or any dependency.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'appname')
const versions = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const nodeVersion = readFileSync(join(root, '.node-version'), 'utf8').trim()
const pnpmVersion = versions.packageManager.split('@')[1]

/** Runs a preparing step with its output on stderr, so that stdout stays the command's own. */
function step(what, command, args, options = {}) {
  process.stderr.write(`setup: ${what}\n`)
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (done.status !== 0) {
    process.stderr.write(`setup: failed: ${command} ${args.join(' ')}\n`)
    process.exit(1)
  }
}

/** Node 24 and pnpm, from npm, in the cache: the machine's own Node only needs to be able to run this file. */
function ensureTools() {
  const home = join(cache, 'tools', `node-${nodeVersion}-pnpm-${pnpmVersion}`)
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  if (!existsSync(join(home, '.complete'))) {
    mkdirSync(home, { recursive: true })
    step(`installing Node ${nodeVersion} and pnpm ${pnpmVersion} into ${home}`, 'npm', [
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--prefix',
      home,
      `node-${platform}@${nodeVersion}`,
      `pnpm@${pnpmVersion}`,
    ])
    writeFileSync(join(home, '.complete'), '')
  }
  return join(home, 'node_modules', '.bin')
}

/** The dependencies of the lock file; skipped when this lock file was installed last. */
function ensureDependencies(env) {
  const hash = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, file)))
  const key = hash.digest('hex')
  const marker = join(root, 'node_modules', '.appname-installed')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === key) return
  step(
    'installing dependencies with pnpm',
    'pnpm',
    ['install', '--frozen-lockfile', '--reporter=append-only'],
    { env },
  )
  writeFileSync(marker, key)
}

const [script, ...args] = process.argv.slice(2)
if (!script) {
  process.stderr.write('setup: name the TypeScript file to run\n')
  process.exit(2)
}
const bin = ensureTools()
const env = { ...process.env, PATH: `${bin}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}` }
ensureDependencies(env)
// Where the local cluster's GitHub, registry and API are, while there is one; what the caller sets itself wins.
const localServices = join(root, '.local', 'env')
const environmentFile = existsSync(localServices) ? [`--env-file=${localServices}`] : []
const child = spawn(join(bin, 'node'), [...environmentFile, '--import', 'tsx', join(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...env, APPNAME_INVOCATION_DIR: process.cwd() },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
