import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import type { WebSocket } from 'ws'

declare module 'fastify' {
  interface FastifyInstance {
    lifecycle: { shuttingDown: boolean; sockets: Set<WebSocket> }
  }
}

/** RFC 6455's "service restart": clients reconnect, and meet another process. */
const serviceRestart = 1012

/**
 * What changes once `lifecycle.shuttingDown` is set: answers tell keep-alive clients to connect anew, and on closing, the
 * WebSockets are closed with a code that makes clients resume elsewhere.
 */
export const lifecyclePlugin = plugin(async (app: FastifyInstance) => {
  const lifecycle = { shuttingDown: false, sockets: new Set<WebSocket>() }
  app.decorate('lifecycle', lifecycle)
  // When sending, not when receiving: a request in flight would otherwise leave an idle connection that closing waits for.
  app.addHook('onSend', async (_request, reply) => {
    if (lifecycle.shuttingDown) reply.header('connection', 'close')
  })
  app.addHook('preClose', async () => {
    for (const socket of lifecycle.sockets) socket.close(serviceRestart, 'restarting')
  })
})
