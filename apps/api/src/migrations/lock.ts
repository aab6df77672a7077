import pg from 'pg'
import { messageOf, Problem } from '../problem.ts'

/** The advisory lock that runs of this program take turns with; the number itself means nothing. */
const lockKey = 7_160_354

/**
 * Runs `work` while holding the lock, on a connection of its own: the lock goes with it when the process dies.
 * @throws Problem `database-unreachable`, or `migrate-busy` when another run holds the lock for longer than `wait`
 *   milliseconds
 */
export async function whileLocked<T>(databaseUrl: string, wait: number, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    lock_timeout: wait,
    application_name: 'migrate (lock)',
    keepAlive: true,
  })
  client.on('error', () => {})
  const { hostname, port, pathname } = new URL(databaseUrl)
  const where = `${hostname}:${port || 5432}${pathname}`
  try {
    await client.connect()
  } catch (cause) {
    throw new Problem({
      code: 'database-unreachable',
      what: messageOf(cause),
      where,
      remedy: 'check DATABASE_URL, the network policy and that the database is up',
      cause,
    })
  }
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]).catch((cause: unknown) => {
      throw new Problem({
        code: 'migrate-busy',
        what: `another migration run has been going on for ${wait} ms (${messageOf(cause)})`,
        where,
        remedy: 'see what it waits for in pg_stat_activity, application_name "migrate"',
        cause,
      })
    })
    return await work()
  } finally {
    await client.end().catch(() => {})
  }
}
