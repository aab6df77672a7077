import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Rendered } from '../core/render.ts'
import { Runtime } from './runtime.ts'

const START_TIMEOUT_MILLISECONDS = 30_000

/** HAProxy in master-worker mode: it reloads without closing a listener or a connection. */
export class HaproxyProcess {
  readonly runtime: Runtime
  readonly #directory: string
  readonly #configFile: string
  readonly #output: 'inherit' | 'ignore'
  #master: ChildProcess | undefined

  constructor(directory: string, output: 'inherit' | 'ignore') {
    this.#directory = directory
    this.#output = output
    this.#configFile = join(directory, 'haproxy.cfg')
    this.runtime = new Runtime(join(directory, 'haproxy.sock'))
  }

  /** Starts with this configuration; `onExit` is told when HAProxy ends, wanted or not. Throws when it is refused. */
  async start(rendered: Rendered, onExit: (code: number | null) => void): Promise<void> {
    await this.write(rendered)
    await this.#validate(this.#configFile)
    const master = spawn('haproxy', ['-W', '-db', '-f', this.#configFile], {
      stdio: ['ignore', this.#output, this.#output],
    })
    this.#master = master
    master.on('exit', onExit)
    await this.#workerOtherThan(undefined)
  }

  /** Loads this configuration; old connections finish in the old worker. Throws, and changes nothing, when it is refused. */
  async reload(rendered: Rendered): Promise<void> {
    const candidate = join(this.#directory, 'candidate.cfg')
    await this.#writeMaps(rendered)
    await writeFile(candidate, rendered.config)
    await this.#validate(candidate)
    await rename(candidate, this.#configFile)
    const oldWorker = await this.runtime.pid()
    const ill = await this.runtime.unhealthyServers()
    this.#master?.kill('SIGUSR2')
    await this.#workerOtherThan(oldWorker)
    // A new worker takes every target for healthy until it has checked; what is known to be ill stays so.
    for (const server of ill) await this.runtime.markUnhealthy(server)
  }

  /** Keeps the files as the running state is, so that a restarted worker continues from here. */
  async write(rendered: Rendered): Promise<void> {
    await this.#writeMaps(rendered)
    await writeFile(this.#configFile, rendered.config)
  }

  /** Stops taking connections, lets the present ones finish for a while, then ends. */
  async stop(graceMilliseconds: number): Promise<void> {
    const master = this.#master
    if (master === undefined || master.exitCode !== null || master.signalCode !== null) return
    const exited = once(master, 'exit')
    master.kill('SIGUSR1')
    const timer = setTimeout(() => master.kill('SIGTERM'), graceMilliseconds)
    await exited
    clearTimeout(timer)
  }

  async #writeMaps(rendered: Rendered): Promise<void> {
    for (const [path, content] of Object.entries(rendered.maps)) await writeFile(path, content)
  }

  async #validate(file: string): Promise<void> {
    try {
      await promisify(execFile)('haproxy', ['-c', '-f', file])
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`HAProxy refuses ${file}: ${`${stderr}${stdout}`.trim()}`)
    }
  }

  async #workerOtherThan(pid: number | undefined): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MILLISECONDS
    while (Date.now() < deadline) {
      const current = await this.runtime.pid().catch(() => pid)
      if (current !== pid) return
      await sleep(20)
    }
    throw new Error(`HAProxy has no new worker after ${START_TIMEOUT_MILLISECONDS / 1000} s`)
  }
}
