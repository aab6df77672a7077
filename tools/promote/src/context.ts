import { setTimeout as sleep } from 'node:timers/promises'
import { exitCodes, PromoteError } from './errors.ts'
import type { Cluster } from './ports/cluster.ts'
import type { GitHost } from './ports/git-host.ts'
import type { Registry } from './ports/registry.ts'

/** How a command talks while it works: the result is returned, narration goes to stderr. */
export type Io = {
  narrate(line: string): void
  /** True on a terminal without --json and --yes: then a command asks before it writes. */
  asks: boolean
  confirm(question: string): Promise<boolean>
  /** Shows a picture in place on a terminal; undefined in a pipe, where changes are appended by `narrate`. */
  picture: ((lines: string) => void) | undefined
}

export type Clock = { now(): number; sleep(milliseconds: number): Promise<void> }

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => {
    await sleep(milliseconds)
  },
}

/** Everything a command needs from outside. */
export type Context = {
  workload: string
  dryRun: boolean
  gitHost: GitHost
  registry: Registry
  cluster: Cluster | null
  io: Io
  clock: Clock
}

/**
 * Asks before a write, where there is somebody to ask.
 * @throws PromoteError declined
 */
export async function confirmWrite({ io }: Context, question: string): Promise<void> {
  if (!io.asks || (await io.confirm(question))) return
  throw new PromoteError({
    code: 'declined',
    message: 'declined; nothing was written',
    remedy: 'Run it again and answer yes, or use --yes.',
    exitCode: exitCodes.refused,
  })
}
