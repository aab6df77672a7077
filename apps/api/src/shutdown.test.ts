import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../test/environment.ts'
import { type RunningProgram, startProgramFile } from '../test/programs.ts'
import { withClient } from '../test/services.ts'

let testEnvironment: TestEnvironment

beforeAll(async () => {
  testEnvironment = await createTestEnvironment()
})

afterAll(async () => {
  await testEnvironment?.remove()
})

async function startApi(variables: Record<string, string>): Promise<{ api: RunningProgram; port: number }> {
  const api = startProgramFile('api', { ...testEnvironment.variables, LOG_LEVEL: 'info', ...variables })
  await api.line(/Server listening.*Server listening/s)
  const ports = [...(await api.line(/^[\s\S]*$/))[0].matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)]
  return { api, port: Number(ports.at(-1)?.[1]) }
}

function call(port: number, path: string, options: { agent?: Agent; body?: object } = {}) {
  return new Promise<{ status: number; body: string; connection: string | undefined }>((resolve, reject) => {
    const outgoing = request(
      { port, path, host: '127.0.0.1', agent: options.agent, method: options.body ? 'POST' : 'GET' },
      (incoming) => {
        let body = ''
        incoming.on('data', (chunk) => {
          body += chunk
        })
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, body, connection: incoming.headers.connection }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(options.body ? JSON.stringify(options.body) : undefined)
  })
}

const query = { query: '{ events { id } }' }

test('on SIGTERM a request in flight is answered, and only then does the process exit, with 0', async () => {
  const { api, port } = await startApi({})
  await withClient(testEnvironment.databaseUrl, async (holder) => {
    await holder.query('BEGIN; LOCK TABLE events')
    const inFlight = call(port, '/graphql', { body: query })
    await sleep(500)
    api.process.kill('SIGTERM')
    await api.line(/shutting down/)
    await sleep(500)
    expect(api.process.exitCode).toBeNull()
    await expect(call(port, '/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await holder.query('COMMIT')
    const answer = await inFlight
    expect(answer).toMatchObject({ status: 200, connection: 'close' })
    expect(JSON.parse(answer.body).data.events).toHaveLength(3)
  })
  expect(await api.ended).toMatchObject({ code: 0, stderr: '' })
})

test('during the drain delay it is not ready, still serves, and asks clients to connect anew', async () => {
  const { api, port } = await startApi({ DRAIN_DELAY_MS: '2000' })
  const agent = new Agent({ keepAlive: true })
  await expect.poll(async () => (await call(port, '/readyz', { agent })).status).toBe(200)
  api.process.kill('SIGTERM')
  await api.line(/shutting down/)
  expect(await call(port, '/readyz', { agent })).toMatchObject({ status: 503, connection: 'close' })
  expect(await call(port, '/graphql', { body: query })).toMatchObject({ status: 200, connection: 'close' })
  expect(await call(port, '/healthz')).toMatchObject({ status: 200 })
  expect((await api.ended).code).toBe(0)
  agent.destroy()
})

test('a worker answers for its health on its own port and exits with 0 on SIGTERM', async () => {
  const worker = startProgramFile('worker', { ...testEnvironment.variables, LOG_LEVEL: 'info' }, [
    'audit-archive',
  ])
  const [, port] = await worker.line(/Server listening at http:\/\/127\.0\.0\.1:(\d+)/)
  await expect.poll(() => call(Number(port), '/health/ready').then(({ status }) => status)).toBe(200)
  expect((await call(Number(port), '/metrics')).body).toContain('bullmq_job_duration_seconds')
  await worker.line(/job done/)
  worker.process.kill('SIGTERM')
  expect(await worker.ended).toMatchObject({ code: 0, stderr: '' })
})

test('a worker without a queue to work for says which there are', async () => {
  const { code, stderr } = await startProgramFile('worker', testEnvironment.variables, ['nonsense']).ended
  expect(code).toBe(1)
  expect(stderr).toBe(
    'worker-queue: there is no queue "nonsense" (first argument of worker.js): ' +
      'name one of reminders, feedback, audit-archive\n',
  )
})
