import type { RedisOptions } from 'ioredis'
import type { Environment } from './config/environment.ts'

export type RedisEnvironment = Environment<
  'REDIS_HOST' | 'REDIS_PORT' | 'REDIS_TLS' | 'REDIS_PREFIX' | 'REDIS_PASSWORD'
>

/** How every Redis connection of a process is made; it reconnects for ever, waiting two seconds at most. */
export function redisOptions(environment: RedisEnvironment) {
  return {
    host: environment.REDIS_HOST,
    port: environment.REDIS_PORT,
    ...(environment.REDIS_PASSWORD === undefined ? {} : { password: environment.REDIS_PASSWORD }),
    ...(environment.REDIS_TLS ? { tls: {} } : {}),
    retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
  } satisfies RedisOptions
}

/** For commands that somebody waits for: they fail at once while Redis is away, instead of queueing. */
export function impatientRedisOptions(environment: RedisEnvironment) {
  return {
    ...redisOptions(environment),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 5_000,
  } satisfies RedisOptions
}
