import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { type ApiEnvironment, readEnvironment } from '../src/config/environment.ts'
import { templateDatabase, withClient } from './services.ts'

export interface TestEnvironment {
  environment: ApiEnvironment
  /** The same as text, for a process of its own. */
  variables: Record<string, string>
  databaseUrl: string
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>
  /** Drops the database. */
  remove(): Promise<void>
}

/**
 * A database of its own on the test run's server and a Redis prefix of its own, so that tests run side by side.
 * `migrated: false` makes it empty.
 */
export async function createTestEnvironment(options: { migrated?: boolean } = {}): Promise<TestEnvironment> {
  const postgresUrl = inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const template = options.migrated === false ? 'template0' : templateDatabase
  await withClient(postgresUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const databaseUrl = postgresUrl.replace(/postgres$/, name)
  const variables = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'silent',
    APP_VERSION: '0123456789abcdef0123456789abcdef01234567',
    APP_URL: 'http://127.0.0.1:3000',
    API_URL: 'http://127.0.0.1:4000',
    CORS_ORIGINS: 'http://127.0.0.1:3000',
    REDIS_PORT: `${inject('redisPort')}`,
    REDIS_PREFIX: name.replaceAll('_', '-'),
    JWT_SECRET: 'only-for-tests-only-for-tests-only',
    DATABASE_URL: databaseUrl,
  }
  return {
    environment: readEnvironment('api', variables),
    variables,
    databaseUrl,
    query: <Row extends object>(sql: string, values: unknown[] = []) =>
      withClient(databaseUrl, async (client) => (await client.query<Row>(sql, values)).rows),
    async remove() {
      await withClient(postgresUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    },
  }
}
