import { hostname } from 'node:os'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'

/** JSON lines on stdout; secrets that a request or a configuration could carry are left out. */
export function createLogger(options: {
  level: string
  version: string
  component: string
}): FastifyBaseLogger {
  return pino({
    level: options.level,
    base: { component: options.component, version: options.version, pod: hostname() },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: [
      'req.headers.authorization',
      'req.headers.cookie',
      '*.password',
      '*.DATABASE_URL',
      '*.JWT_SECRET',
    ],
  })
}
