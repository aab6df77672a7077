import type { ServerOptions } from '../core/render.ts'
import { RuntimeError, runtimeCommand } from './runtime-socket.ts'

/** Entries sent in one command: a command must fit in HAProxy's buffer of 16 KiB. */
const MAP_CHUNK = 100

/** Changes a running HAProxy without a reload. Every method throws RuntimeError when HAProxy refuses. */
export class Runtime {
  readonly socketPath: string

  constructor(socketPath: string) {
    this.socketPath = socketPath
  }

  async pid(): Promise<number> {
    const answer = await this.#ask('show info')
    return Number(/^Pid: (\d+)$/m.exec(answer)?.[1])
  }

  async addServer(group: string, name: string, options: ServerOptions): Promise<void> {
    await this.#expect(`add server ${group}/${name} ${options.checked}`, /registered/)
    await this.#expect(`enable health ${group}/${name}`)
    await this.#expect(`add server ${group}.open/${name} ${options.unchecked}`, /registered/)
    await this.setState(group, name, 'ready')
  }

  async setState(group: string, name: string, state: 'ready' | 'drain' | 'maint'): Promise<void> {
    for (const backend of [group, `${group}.open`])
      await this.#expect(`set server ${backend}/${name} state ${state}`)
  }

  /** Ends what is left on the server and forgets it. */
  async removeServer(group: string, name: string): Promise<void> {
    for (const backend of [group, `${group}.open`]) {
      // Gone already where an earlier attempt got this far.
      const state = await this.#ask(`set server ${backend}/${name} state maint`)
      if (/no such server/i.test(state)) continue
      await this.#expect(`shutdown sessions server ${backend}/${name}`)
      await this.#expect(`del server ${backend}/${name}`, /deleted/)
    }
  }

  /** Replaces a map in one step: no request sees half of it. */
  async replaceMap(path: string, content: string): Promise<void> {
    const prepared = await this.#ask(`prepare map ${path}`)
    const version = /version created: (\d+)/i.exec(prepared)?.[1]
    if (version === undefined) throw new RuntimeError(`HAProxy: prepare map ${path}: ${prepared}`)
    const lines = content.split('\n').filter((line) => line !== '')
    for (let start = 0; start < lines.length; start += MAP_CHUNK) {
      const chunk = lines.slice(start, start + MAP_CHUNK).join('\n')
      await this.#expect(`add map @${version} ${path} <<\n${chunk}\n`)
    }
    await this.#expect(`commit map @${version} ${path}`)
  }

  /** `group/server` of each server that fails its health check. */
  async unhealthyServers(): Promise<string[]> {
    const rows = await this.statistics()
    return rows
      .filter((row) => row.status?.startsWith('DOWN') && row.svname !== 'BACKEND')
      .map((row) => `${row.pxname}/${row.svname}`)
  }

  /** Until its next successful checks. Does nothing when there is no such server. */
  async markUnhealthy(server: string): Promise<void> {
    await this.#ask(`set server ${server} health down`)
  }

  /** Rows of `show stat`, one per proxy and server, by column name. */
  async statistics(): Promise<Record<string, string>[]> {
    const [header = '', ...rows] = (await this.#ask('show stat')).split('\n')
    const columns = header.replace(/^# /, '').split(',')
    return rows.map((row) => {
      const fields = row.split(',')
      return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']))
    })
  }

  #ask(command: string): Promise<string> {
    return runtimeCommand(this.socketPath, command)
  }

  async #expect(command: string, answer = /^$/): Promise<void> {
    const got = await this.#ask(command)
    if (!answer.test(got)) throw new RuntimeError(`HAProxy: ${command.split('\n', 1)[0]}: ${got}`)
  }
}
