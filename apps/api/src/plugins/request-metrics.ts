import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { Metrics } from '../observability/metrics.ts'

/** Times every request by its route, so that the number of labels does not grow with the paths that clients try. */
export const requestMetricsPlugin = plugin(async (app: FastifyInstance, options: { metrics: Metrics }) => {
  app.addHook('onResponse', async (request, reply) => {
    options.metrics.httpRequestDuration.observe(
      { method: request.method, path: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    )
  })
})
