import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import type { Registry } from 'prom-client'
import { type HealthOptions, healthRoutes } from './health/routes.ts'

/** A process's own port for the platform: `/metrics`, and the health routes when `health` is given. */
export async function buildOperationsServer(options: {
  registry: Registry
  log: FastifyBaseLogger
  health?: HealthOptions
}): Promise<FastifyInstance> {
  const server: FastifyInstance = fastify({ loggerInstance: options.log, disableRequestLogging: true })
  server.get('/metrics', async (_request, reply) => {
    reply.type(options.registry.contentType)
    return options.registry.metrics()
  })
  if (options.health !== undefined) await server.register(healthRoutes, options.health)
  return server
}
