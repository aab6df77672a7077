import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { openSocket } from '../../test/socket.ts'
import { buildApp } from '../app.ts'

let testEnvironment: TestEnvironment
let app: FastifyInstance

beforeAll(async () => {
  testEnvironment = await createTestEnvironment()
  app = await buildApp(testEnvironment.environment)
  await app.listen({ host: '127.0.0.1', port: 0 })
})

afterAll(async () => {
  await app?.close()
  await testEnvironment?.remove()
})

const open = async () => (await app.metrics.webSocketConnections.get()).values[0]?.value

test('open sockets are counted', async () => {
  const one = await openSocket(app)
  await openSocket(app)
  expect(await open()).toBe(2)
  one.socket.close()
  await expect.poll(open).toBe(1)
})

test('on closing, sockets are told to resume elsewhere', async () => {
  const closing = await buildApp(testEnvironment.environment)
  await closing.listen({ host: '127.0.0.1', port: 0 })
  const { closed } = await openSocket(closing)
  await closing.close()
  expect(await closed).toBe(1012)
})
