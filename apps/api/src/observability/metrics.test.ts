import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { buildApp } from '../app.ts'
import { operationOf } from './database-metrics.ts'

let testEnvironment: TestEnvironment
let app: FastifyInstance

beforeAll(async () => {
  testEnvironment = await createTestEnvironment()
  app = await buildApp(testEnvironment.environment)
  await app.ready()
})

afterAll(async () => {
  await app?.close()
  await testEnvironment?.remove()
})

const ask = (query: string) => app.inject({ method: 'POST', url: '/graphql', payload: { query } })

/** The value of the sample with exactly these labels, beside those that every sample has. */
async function value(sample: string, labels: Record<string, string | number>): Promise<number | undefined> {
  const metrics = await app.metrics.registry.getMetricsAsJSON()
  const values = metrics.flatMap((metric) =>
    (metric.values as { metricName?: string; labels: Record<string, unknown>; value: number }[]).map(
      (each) => ({
        ...each,
        name: each.metricName ?? metric.name,
      }),
    ),
  )
  const wanted = Object.entries({ ...labels, component: 'api' })
  return values.find(
    (each) =>
      each.name === sample &&
      Object.keys(each.labels).length === wanted.length + 1 &&
      wanted.every(([name, text]) => each.labels[name] === text),
  )?.value
}

test('the names, labels and buckets are the ones that dashboards and alerts rely on', async () => {
  await ask('{ events { id } }')
  const text = await app.metrics.registry.metrics()
  const buckets = [
    ...text.matchAll(/^graphql_resolver_duration_seconds_bucket\{le="([^"]+)".*field="events"/gm),
  ]
  expect(buckets.map(([, limit]) => limit)).toEqual(['0.01', '0.05', '0.1', '0.5', '1', '2', '5', '+Inf'])
  for (const name of [
    'http_request_duration_seconds',
    'graphql_errors_total',
    'ws_connections_active',
    'bullmq_jobs_total',
    'bullmq_job_duration_seconds',
  ]) {
    expect(text).toContain(`# TYPE ${name} `)
  }
})

test('requests are counted by the pattern of their route, and unknown paths together', async () => {
  for (const path of ['/nowhere/1', '/nowhere/2']) await app.inject(path)
  await app.inject('/healthz?probe=1')
  const count = (path: string, status: number) =>
    value('http_request_duration_seconds_count', { method: 'GET', path, status })
  expect(await count('unknown', 404)).toBe(2)
  expect(await count('/healthz', 200)).toBe(1)
})

test('resolvers are timed by field, the failing ones apart', async () => {
  const count = (success: string) =>
    value('graphql_resolver_duration_seconds_count', { type: 'Query', field: 'event', success })
  await ask('{ event(id: "9e6c1a51-2f55-4ce4-bc6a-5a3b3f2c7f0e") { id } }')
  await ask('{ event(id: "nonsense") { id } }')
  expect(await count('true')).toBe(1)
  expect(await count('false')).toBe(1)
})

test('errors are counted by operation type and code', async () => {
  const count = () => value('graphql_errors_total', { type: 'query', code: 'BAD_USER_INPUT' })
  const before = (await count()) ?? 0
  await ask('{ event(id: "nonsense") { id } }')
  expect(await count()).toBe(before + 1)
})

test('database statements and Redis commands are timed, the failing ones too', async () => {
  const statements = (operation: string) => value('db_query_duration_seconds_count', { operation })
  const before = (await statements('select')) ?? 0
  await ask('{ events { id } }')
  expect(await statements('select')).toBeGreaterThan(before)
  await app.database.$executeRawUnsafe('DELETE FROM nowhere').catch(() => {})
  expect(await statements('delete')).toBe(1)
  await app.redis.get('nothing')
  await app.redis.call('get', 'too', 'many').catch(() => {})
  await expect.poll(() => value('redis_operation_duration_seconds_count', { command: 'get' })).toBe(2)
})

test('a statement is named by its first word, if it is a usual one', () => {
  expect(
    ['  SELECT 1', { text: 'with x as (select 1) select 1' }, 'ANALYZE', '', undefined].map(operationOf),
  ).toEqual(['select', 'with', 'other', 'other', 'other'])
})

test('the oldest waiting job of a queue ages until somebody takes it', async () => {
  const age = async (queue: string) => {
    const samples = (
      await app.metrics.registry.getSingleMetric('bullmq_oldest_waiting_job_age_seconds')?.get()
    )?.values
    return samples?.find(({ labels }) => labels.queue === queue)?.value
  }
  expect(await age('reminders')).toBe(0)
  const [queue] = app.queues.all
  await queue?.add('booking', {}, { timestamp: Date.now() - 60_000 })
  await queue?.add('booking', {})
  await queue?.add('booking', {}, { delay: 3_600_000, timestamp: Date.now() - 600_000 })
  expect(await age('reminders')).toBeCloseTo(60, -1)
  await queue?.add('booking', {}, { delay: 1_000, timestamp: Date.now() - 120_000 })
  expect(await age('reminders')).toBeCloseTo(119, -1)
  expect(await age('feedback')).toBe(0)
})

test('without Redis the other metrics are served, and the age is absent rather than wrong', async () => {
  const lonely = await buildApp({ ...testEnvironment.environment, REDIS_PORT: 1 })
  try {
    const text = await lonely.metrics.registry.metrics()
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).not.toMatch(/^bullmq_oldest_waiting_job_age_seconds\{/m)
  } finally {
    await lonely.close()
  }
})
