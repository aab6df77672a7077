import type { EventEmitter } from 'node:events'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import plugin from 'fastify-plugin'
import { Kind } from 'graphql'
import { Redis } from 'ioredis'
import mercurius from 'mercurius'
import mqemitterRedis from 'mqemitter-redis'
import type { WebSocket, WebSocketServer } from 'ws'
import { bookingsResolvers } from '../bookings/resolvers.ts'
import { bookingsSchema } from '../bookings/schema.ts'
import { eventsResolvers } from '../events/resolvers.ts'
import { eventsSchema } from '../events/schema.ts'
import { timeResolvers } from '../observability/resolver-metrics.ts'
import { impatientRedisOptions, redisOptions } from '../redis.ts'
import { answer, formatErrors } from './errors.ts'
import { judgeSubscription } from './judge.ts'
import { documentLimits } from './limits.ts'
import { originCheck } from './origin.ts'
import { overLimits, Refusal, refusal } from './refusal.ts'
import { guardSocket, type SocketGuardOptions } from './socket-guard.ts'
import { type SocketLimits, socketLimits } from './socket-limits.ts'

type SocketHandler = (this: FastifyInstance, socket: WebSocket, request: FastifyRequest) => unknown
type WithSockets = FastifyInstance & { websocketServer?: WebSocketServer }
type Emitter = ReturnType<typeof mqemitterRedis>

const refusedSocket = { type: 'unknown', transport: 'websocket', ran: false } as const

export interface GraphqlOptions {
  /** In place of the usual ones. */
  socketLimits?: Partial<SocketLimits>
}

/**
 * `/graphql` over HTTP and WebSocket, one operation per request. The limits on documents are judged before validation,
 * and once per document: Mercurius remembers those that passed.
 */
export const graphqlPlugin = plugin(async (app: FastifyInstance, options: GraphqlOptions) => {
  const { environment, metrics } = app
  const limits = documentLimits(environment)
  const suggestions = environment.NODE_ENV === 'development'
  const report = { log: app.log, counter: metrics.graphqlErrors, suggestions }
  const subConn = new Redis({ ...redisOptions(environment), maxRetriesPerRequest: null })
  const pubConn = new Redis({ ...impatientRedisOptions(environment), enableAutoPipelining: true })
  // Its typings leave out `state`, which passes on the errors of both connections.
  const emitter = mqemitterRedis({ subConn, pubConn }) as Emitter & { state: EventEmitter }
  emitter.state.on('error', (error: Error) => app.log.warn({ err: error }, 'subscriptions: Redis'))

  guardSockets(app, {
    limits: { ...socketLimits, ...options.socketLimits },
    judge: (payload) => judgeSubscription(payload, app.graphql.schema, limits),
    failed: (error) => app.log.error({ err: error }, 'WebSocket message'),
    report: (errors, ran) => {
      const about = { ...refusedSocket, ran, type: ran ? 'subscription' : 'unknown' }
      return errors.map((error) => answer(error, about, report))
    },
  })
  const mayConnect = originCheck(environment)
  await app.register(mercurius, {
    schema: [eventsSchema, bookingsSchema],
    resolvers: { ...eventsResolvers, ...bookingsResolvers },
    graphiql: environment.NODE_ENV === 'development',
    allowBatchedQueries: false,
    graphql: {
      parseOptions: { maxTokens: limits.tokens },
      validateOptions: { maxErrors: 10 },
    },
    additionalRouteOptions: { preHandler: refuseBatches },
    subscription: {
      emitter,
      verifyClient: ({ origin }, next) => {
        if (mayConnect(origin)) return next(true)
        answer(refusal('ORIGIN_REFUSED', `Pages of ${origin} may not connect`), refusedSocket, report)
        next(false, 403, 'Pages of this origin may not connect')
      },
    },
    errorFormatter: (execution, context) => formatErrors(execution, context, report),
    context: () => ({}),
  })

  timeResolvers(app.graphql.schema, metrics.resolverDuration)
  app.graphql.addHook('preValidation', async (schema, document) => {
    const errors = overLimits(document, schema, limits)
    if (errors.length > 0) throw new Refusal(errors)
  })
  app.graphql.addHook('preExecution', (_schema, document, context) => {
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    if (operation !== undefined) context.operationType = operation.operation
  })
  app.addHook('onClose', async () => {
    // Not the emitter's own close: it waits for Redis, which may be what is down.
    subConn.disconnect()
    pubConn.disconnect()
  })
})

/** Counts and guards each socket before Mercurius has it, which keeps its WebSocket server to itself. */
function guardSockets(app: FastifyInstance, options: SocketGuardOptions): void {
  const { lifecycle, metrics } = app
  app.addHook(
    'onRoute',
    function guardRoute(this: WithSockets, route: RouteOptions & { wsHandler?: SocketHandler }) {
      const { wsHandler } = route
      if (wsHandler === undefined) return
      if (this.websocketServer !== undefined) this.websocketServer.options.maxPayload = options.limits.payload
      route.wsHandler = function handleSocket(socket, request) {
        lifecycle.sockets.add(socket)
        metrics.webSocketConnections.inc()
        socket.on('close', () => {
          lifecycle.sockets.delete(socket)
          metrics.webSocketConnections.dec()
        })
        guardSocket(socket, options)
        return wsHandler.call(this, socket, request)
      }
    },
  )
}

/** Mercurius would call it a body of the wrong type. */
async function refuseBatches(request: FastifyRequest): Promise<void> {
  if (!Array.isArray(request.body)) return
  throw new Refusal([refusal('BATCHING_DISABLED', 'Send one operation per request, not a list')])
}
