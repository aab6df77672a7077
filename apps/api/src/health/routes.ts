import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Checks, type Readiness, runChecks } from './checks.ts'

export interface HealthOptions {
  checks: Checks
  /** How long one check may take, in milliseconds. */
  limit: number
  shuttingDown: () => boolean
}

/**
 * `/health/live` answers while the process turns. `/health/ready` (and `/health`) runs the checks and answers 503, naming
 * what fails, or that the process is shutting down. `/healthz` and `/readyz` are the same two handlers.
 */
export async function healthRoutes(app: FastifyInstance, options: HealthOptions): Promise<void> {
  const live = () => ({ status: 'ok' })
  const ready = async (_request: unknown, reply: FastifyReply): Promise<Readiness> => {
    const readiness: Readiness = options.shuttingDown()
      ? { status: 'shutting down', checks: {} }
      : await runChecks(options.checks, options.limit)
    reply.code(readiness.status === 'ok' ? 200 : 503)
    return readiness
  }
  const quiet = { logLevel: 'warn' } as const
  app.get('/health/live', quiet, live)
  app.get('/healthz', quiet, live)
  app.get('/health/ready', quiet, ready)
  app.get('/readyz', quiet, ready)
  app.get('/health', quiet, ready)
}
