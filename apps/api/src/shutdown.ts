import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Environment } from './config/environment.ts'
import { withTimeout } from './timeout.ts'

export interface ShutdownLimits {
  /** Still serving, but no longer ready: time for load balancers to notice. */
  drainDelay: number
  /** How long requests and jobs in flight may take to finish. */
  drain: number
  /** After this long in all, the process exits with code 1 whatever still runs. */
  forced: number
}

/** Roadmap 1.3: in production 30 s for what is in flight and 45 s in all; elsewhere 10 s and 15 s. All in milliseconds. */
export function shutdownLimits(environment: Environment<'NODE_ENV' | 'DRAIN_DELAY_MS'>): ShutdownLimits {
  const production = environment.NODE_ENV === 'production'
  return {
    drainDelay: environment.DRAIN_DELAY_MS ?? (production ? 5_000 : 0),
    drain: production ? 30_000 : 10_000,
    forced: production ? 45_000 : 15_000,
  }
}

export interface Shutdown {
  limits: ShutdownLimits
  log: FastifyBaseLogger
  /** Readiness fails from here on. */
  becomeUnready: () => void
  /** Finishes what is in flight and closes everything. */
  close: () => Promise<unknown>
  /** Ends what is still in flight after `limits.drain`, so that `close` can go on. */
  abandon: () => void
}

/** On SIGTERM, SIGINT or SIGUSR2: unready, wait, drain, close, exit 0; exit 1 when that fails or takes too long. */
export function shutDownOnSignals(shutdown: Shutdown): void {
  let started = false
  const start = (signal: NodeJS.Signals) => {
    if (started) return
    started = true
    void runShutdown(shutdown, signal)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2'] as const) process.on(signal, start)
}

async function runShutdown(
  { limits, log, becomeUnready, close, abandon }: Shutdown,
  signal: string,
): Promise<void> {
  log.info({ signal, limits }, 'shutting down')
  setTimeout(() => {
    log.error('shutdown took too long; exiting')
    process.exit(1)
  }, limits.forced).unref()
  becomeUnready()
  try {
    await sleep(limits.drainDelay)
    const closed = close()
    await withTimeout(closed, limits.drain, 'not drained').catch(async (error: unknown) => {
      log.warn({ err: error }, 'abandoning what is in flight')
      abandon()
      await closed
    })
    log.info('shut down')
    process.exit(0)
  } catch (error) {
    log.error({ err: error }, 'shutdown failed')
    process.exit(1)
  }
}
