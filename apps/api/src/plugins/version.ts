import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

/** Says which release answers: in the header `x-appname-version` of every response, and under `GET /version`. */
export const versionPlugin = plugin(async (app: FastifyInstance, options: { version: string }) => {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-appname-version', options.version)
  })
  app.get('/version', () => ({ version: options.version, pod: hostname() }))
})
