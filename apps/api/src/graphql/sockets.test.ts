import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { openSocket, type TestSocket } from '../../test/socket.ts'
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

const seats = (id: string) => `subscription { seatsChanged(eventId: "${id}") { seatsLeft } }`
const anEvent = '9e6c1a51-2f55-4ce4-bc6a-5a3b3f2c7f0e'

test('of 50 subscriptions on one socket 20 run, the others are refused, and ended ones make room', async () => {
  const socket = await openSocket(app)
  for (let n = 1; n <= 50; n += 1) socket.subscribe(`${n}`, seats(anEvent))
  await expect.poll(() => socket.errorsOf('50')?.[0]?.extensions?.code).toBe('SUBSCRIPTION_LIMIT')
  expect(socket.errorsOf('21')?.[0]?.message).toMatch(/20 subscriptions at most/)
  expect(socket.errorsOf('20')).toBeUndefined()
  socket.send({ id: '1', type: 'complete' })
  socket.subscribe('again', seats(anEvent))
  socket.subscribe('too many', seats(anEvent))
  await expect.poll(() => socket.errorsOf('too many')?.[0]?.extensions?.code).toBe('SUBSCRIPTION_LIMIT')
  expect(socket.errorsOf('again')).toBeUndefined()
})

test('subscriptions that fail to start are counted, take no room, and say what the client can act on', async () => {
  const socket = await openSocket(app)
  for (let n = 1; n <= 30; n += 1) socket.subscribe(`${n}`, seats('nonsense'))
  await expect
    .poll(() => socket.errorsOf('30')?.[0])
    .toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  const { values } = await app.metrics.graphqlErrors.get()
  const failed = values.find(
    ({ labels }) => labels.type === 'subscription' && labels.code === 'BAD_USER_INPUT',
  )
  expect(failed?.value).toBe(30)
  socket.subscribe('variable', 'subscription ($id: ID!) { seatsChanged(eventId: $id) { seatsLeft } }', {})
  await expect.poll(() => socket.errorsOf('variable')?.[0]?.message).toMatch(/\$id/)
})

test('what goes wrong inside is not told to the subscriber', async () => {
  const field = app.graphql.schema.getSubscriptionType()?.getFields().seatsChanged
  if (field === undefined) throw new Error('no such subscription')
  const { subscribe } = field
  onTestFinished(() => {
    Object.assign(field, { subscribe })
  })
  field.subscribe = () => Promise.reject(new Error('password authentication failed'))
  const socket = await openSocket(app)
  socket.subscribe('1', seats(anEvent))
  await expect
    .poll(() => socket.errorsOf('1'))
    .toMatchObject([{ message: 'Internal error', extensions: { code: 'INTERNAL' } }])
})

test.each([
  ['a flood of messages', 4429, (socket: TestSocket) => times(200, () => socket.send({ type: 'ping' }))],
  ['a flood of pings', 4429, (socket: TestSocket) => times(200, () => socket.socket.ping())],
  ['a message of 1 MiB', 1009, (socket: TestSocket) => socket.subscribe('1', 'x'.repeat(1024 * 1024))],
  ['an id twice', 4409, (socket: TestSocket) => times(2, () => socket.subscribe('1', seats(anEvent)))],
  ['no id', 4400, (socket: TestSocket) => socket.send({ type: 'subscribe', payload: {} })],
  ['an unknown type', 4400, (socket: TestSocket) => socket.send({ type: 'nonsense' })],
  ['no JSON', 4400, (socket: TestSocket) => socket.socket.send('{')],
  ['null', 4400, (socket: TestSocket) => socket.socket.send('null')],
])('%s closes the socket with %i', async (_name, code, misbehave) => {
  const socket = await openSocket(app)
  misbehave(socket)
  expect(await socket.closed).toBe(code)
})

test('who subscribes before connection_init, or stays silent, is closed', async () => {
  const hasty = await openSocket(app, { init: false })
  hasty.subscribe('1', seats(anEvent))
  expect(await hasty.closed).toBe(4401)
  const strict = await buildApp(testEnvironment.environment, { socketLimits: { initTimeout: 50 } })
  try {
    await strict.listen({ host: '127.0.0.1', port: 0 })
    const greeted = await openSocket(strict)
    const silent = await openSocket(strict, { init: false })
    expect(await silent.closed).toBe(4408)
    expect(greeted.socket.readyState).toBe(greeted.socket.OPEN)
  } finally {
    await strict.close()
  }
})

test('only pages of our origins may connect; clients that are no browsers may', async () => {
  await expect(openSocket(app, { origin: 'https://elsewhere.example' })).rejects.toThrow('403')
  await expect(openSocket(app, { origin: 'null' })).rejects.toThrow('403')
  const page = await openSocket(app, { origin: testEnvironment.environment.APP_URL })
  expect(page.socket.readyState).toBe(page.socket.OPEN)
})

function times(count: number, act: () => void): void {
  for (let n = 0; n < count; n += 1) act()
}
