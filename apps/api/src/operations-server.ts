import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import type { Registry } from 'prom-client'
import { type HealthOptions, healthRoutes } from './health/routes.ts'

/** A process's own port for the platform: `/metrics`, and the health routes. */
export async function buildOperationsServer(options: {
  registry: Registry
  log: FastifyBaseLogger
  health: HealthOptions
}): Promise<FastifyInstance> {
  const server: FastifyInstance = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
  })
  server.get('/metrics', async (_request, reply) => {
    reply.type(options.registry.contentType)
    return options.registry.metrics()
  })
  await server.register(healthRoutes, options.health)
  return server
}
