import type { EventEmitter } from 'node:events'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { Kind, NoSchemaIntrospectionCustomRule } from 'graphql'
import { Redis } from 'ioredis'
import mercurius from 'mercurius'
import mqemitterRedis from 'mqemitter-redis'
import { bookingsResolvers } from '../bookings/resolvers.ts'
import { bookingsSchema } from '../bookings/schema.ts'
import { eventsResolvers } from '../events/resolvers.ts'
import { eventsSchema } from '../events/schema.ts'
import { timeResolvers } from '../observability/resolver-metrics.ts'
import { impatientRedisOptions, redisOptions } from '../redis.ts'
import { formatErrors } from './errors.ts'

type Emitter = ReturnType<typeof mqemitterRedis>

export const maximumDepth = { production: 7, development: 15, test: 7 }

/**
 * `/graphql` over HTTP and WebSocket. Mercurius itself applies the depth limit on both; over WebSocket it takes
 * subscriptions only, so introspection needs no rule there.
 */
export const graphqlPlugin = plugin(async (app: FastifyInstance) => {
  const { environment, metrics } = app
  const subConn = new Redis({ ...redisOptions(environment), maxRetriesPerRequest: null })
  const pubConn = new Redis({ ...impatientRedisOptions(environment), enableAutoPipelining: true })
  // Its typings leave out `state`, which passes on the errors of both connections.
  const emitter = mqemitterRedis({ subConn, pubConn }) as Emitter & { state: EventEmitter }
  emitter.state.on('error', (error: Error) => app.log.warn({ err: error }, 'subscriptions: Redis'))

  await app.register(mercurius, {
    schema: [eventsSchema, bookingsSchema],
    resolvers: { ...eventsResolvers, ...bookingsResolvers },
    graphiql: environment.NODE_ENV === 'development',
    allowBatchedQueries: false,
    queryDepth: maximumDepth[environment.NODE_ENV],
    validationRules: environment.NODE_ENV === 'development' ? [] : [NoSchemaIntrospectionCustomRule],
    subscription: { emitter },
    errorFormatter: (execution, context) => formatErrors(execution, context, app.log, metrics.graphqlErrors),
    context: () => ({}),
  })

  timeResolvers(app.graphql.schema, metrics.resolverDuration)
  app.graphql.addHook('preExecution', (_schema, document, context) => {
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    if (operation !== undefined) context.operationType = operation.operation
  })
  app.addHook('onReady', () => {
    app.websocketServer?.on('connection', (socket) => {
      metrics.webSocketConnections.inc()
      socket.on('close', () => metrics.webSocketConnections.dec())
    })
  })
  app.addHook('onClose', async () => {
    // Not the emitter's own close: it waits for Redis, which may be what is down.
    subConn.disconnect()
    pubConn.disconnect()
  })
})
