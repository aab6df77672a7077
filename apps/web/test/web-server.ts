import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'

const server = path.join(import.meta.dirname, '../.next/standalone/apps/web/server.js')

export type WebServer = {
  readonly url: string
  readonly process: ChildProcess
  /** stdout and stderr so far. */
  readonly output: () => string
  /** Resolves with the exit code; a signal that killed the process is an error. */
  readonly ended: Promise<number>
}

export const release = 'c0ffee'.repeat(7).slice(0, 40)

const freePort = async (): Promise<number> =>
  await new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/**
 * Starts the standalone server as the image does: production, and unable to write a single file (Node's permission model stands for the
 * read-only root file system). `environment` is all it gets besides what the image sets.
 */
export const spawnWeb = async (environment: Record<string, string>): Promise<WebServer> => {
  const port = await freePort()
  const child = spawn(process.execPath, ['--permission', '--allow-fs-read=*', server], {
    env: {
      NODE_ENV: 'production',
      HOSTNAME: '127.0.0.1',
      PORT: String(port),
      KEEP_ALIVE_TIMEOUT: '65000',
      NEXT_TELEMETRY_DISABLED: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = new Promise<number>((resolve, reject) => {
    child.once('close', (code, signal) =>
      code === null ? reject(new Error(`killed by ${signal}`)) : resolve(code),
    )
  })
  ended.catch(() => {})
  return { url: `http://127.0.0.1:${port}`, process: child, output: () => output, ended }
}

/** As spawnWeb, and waits until it is healthy. */
export const startWeb = async (environment: Record<string, string>): Promise<WebServer> => {
  const web = await spawnWeb({ APP_URL: 'http://127.0.0.1', APP_VERSION: release, ...environment })
  const deadline = Date.now() + 45_000
  for (;;) {
    const healthy = await fetch(`${web.url}/api/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (healthy) return web
    if (Date.now() > deadline || web.process.exitCode !== null)
      throw new Error(`web did not start:\n${web.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Ends the process, however it is. */
export const stopWeb = async (web: WebServer | undefined): Promise<void> => {
  web?.process.kill('SIGKILL')
  await web?.ended.catch(() => {})
}
