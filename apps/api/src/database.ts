import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/prisma/client.ts'
import { timedClient } from './observability/database-metrics.ts'
import type { Metrics } from './observability/metrics.ts'

export type Database = PrismaClient

/**
 * A client with a pool of at most ten connections; a connection that takes over five seconds is an error.
 * With `metrics`, every statement is timed.
 */
export function createDatabase(url: string, metrics?: Metrics): Database {
  const adapter = new PrismaPg({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    ...(metrics === undefined ? {} : { Client: timedClient(metrics.databaseQueryDuration) }),
  })
  return new PrismaClient({ adapter })
}
