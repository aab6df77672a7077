import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { Redis } from 'ioredis'
import type { ApiEnvironment } from '../config/environment.ts'
import { createDatabase, type Database } from '../database.ts'
import { createQueues, type Queues } from '../jobs/queues.ts'
import type { Metrics } from '../observability/metrics.ts'
import { measureOldestWaiting } from '../observability/queue-metrics.ts'
import { timeRedisCommands } from '../observability/redis-metrics.ts'
import { impatientRedisOptions } from '../redis.ts'

declare module 'fastify' {
  interface FastifyInstance {
    environment: ApiEnvironment
    metrics: Metrics
    database: Database
    redis: Redis
    queues: Queues
  }
}

/**
 * The database, Redis and the queues, as decorators. Fastify closes in the opposite order of registration: first the
 * queues, then Redis, then the database, after the last request has been answered.
 */
export const servicesPlugin = plugin(
  async (app: FastifyInstance, options: { environment: ApiEnvironment; metrics: Metrics }) => {
    const { environment, metrics } = options
    app.decorate('environment', environment)
    app.decorate('metrics', metrics)

    const database = createDatabase(environment.DATABASE_URL, metrics)
    app.decorate('database', database)
    app.addHook('onClose', () => database.$disconnect())

    app.addHook('onClose', timeRedisCommands(metrics.redisOperationDuration))
    const redis = new Redis(impatientRedisOptions(environment))
    redis.on('error', (error) => app.log.warn({ err: error }, 'Redis'))
    app.decorate('redis', redis)
    app.addHook('onClose', () => redis.disconnect())

    const queues = createQueues(environment, (error) => app.log.warn({ err: error }, 'queues: Redis'))
    app.decorate('queues', queues)
    app.addHook('onClose', () => queues.close())
    measureOldestWaiting(metrics.registry, queues.all)
  },
)
