import type { Redis } from 'ioredis'
import type { Environment } from '../config/environment.ts'
import type { Database } from '../database.ts'
import { migrationsAreApplied } from '../migrations/applied.ts'
import type { Checks } from './checks.ts'

/** What the api and the workers need before they are ready. */
export function standardChecks(services: {
  database: Database
  redis: Redis
  migrationsFolder: string
}): Checks {
  return {
    database: () => services.database.$queryRaw`SELECT 1`,
    redis: () => services.redis.ping(),
    migrations: () => migrationsAreApplied(services.database, services.migrationsFolder),
  }
}

/** How long one check may take, in milliseconds (roadmap 1.2). */
export function checkLimit(environment: Environment<'NODE_ENV'>): number {
  return environment.NODE_ENV === 'production' ? 5_000 : 10_000
}
