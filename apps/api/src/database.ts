import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/prisma/client.ts'

export type Database = PrismaClient

/** A client with a pool of at most ten connections; a connection that takes over five seconds is an error. */
export function createDatabase(url: string): Database {
  const adapter = new PrismaPg({ connectionString: url, max: 10, connectionTimeoutMillis: 5_000 })
  return new PrismaClient({ adapter })
}
