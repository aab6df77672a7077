import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createTestEnvironment, type TestEnvironment } from '../test/environment.ts'
import { buildApp } from './app.ts'

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

interface Answer {
  data: Record<string, unknown> | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const response = await app.inject({ method: 'POST', url: '/graphql', payload: { query, variables } })
  return response.json<Answer>()
}

async function idOf(title: string): Promise<string> {
  const [event] = await testEnvironment.query<{ id: string }>('SELECT id FROM events WHERE title = $1', [
    title,
  ])
  if (event === undefined) throw new Error(`no event "${title}"`)
  return event.id
}

const gdansk = { latitude: 54.35, longitude: 18.65 }
const bookSeat = `mutation ($input: BookSeatInput!) {
  bookSeat(input: $input) { booking { id guestEmail } refusal event { seatsTaken seatsLeft } }
}`

test('events to come are listed with their venue, the soonest first', async () => {
  const { data } = await ask('{ events { title seatsLeft distanceMetres venue { city } } }')
  expect(data?.events).toEqual([
    { title: 'Maps night', seatsLeft: 80, distanceMetres: null, venue: { city: 'Gdańsk' } },
    {
      title: 'Queues and other waiting rooms',
      seatsLeft: 50,
      distanceMetres: null,
      venue: { city: 'Poznań' },
    },
    { title: 'Releases without fear', seatsLeft: 120, distanceMetres: null, venue: { city: 'Kraków' } },
  ])
})

test('a search by place finds what is inside the circle, the nearest first', async () => {
  const search = 'query ($near: NearInput!) { events(near: $near) { venue { city } distanceMetres } }'
  const wide = await ask(search, { near: { ...gdansk, radiusMetres: 300_000 } })
  expect(wide.data?.events).toEqual([
    { venue: { city: 'Gdańsk' }, distanceMetres: expect.closeTo(314, -2) },
    { venue: { city: 'Poznań' }, distanceMetres: expect.closeTo(245_500, -4) },
  ])
  const narrow = await ask(search, { near: { ...gdansk, radiusMetres: 100 } })
  expect(narrow.data?.events).toEqual([])
})

test('input that makes no sense is refused with every problem', async () => {
  const { errors } = await ask('query ($near: NearInput!) { events(near: $near, first: 1000) { id } }', {
    near: { latitude: 91, longitude: 0, radiusMetres: 1 },
  })
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  expect(errors?.[0]?.message).toMatch(/near\.latitude .*first /)
})

test('a seat is booked, the same guest gets the same booking, and jobs are queued', async () => {
  const id = await idOf('Maps night')
  const input = { eventId: id, guestName: 'Ada', guestEmail: 'Ada@Example.org' }
  const first = await ask(bookSeat, { input })
  expect(first.data?.bookSeat).toMatchObject({
    booking: { guestEmail: 'ada@example.org' },
    refusal: null,
    event: { seatsTaken: 1, seatsLeft: 79 },
  })
  expect((await ask(bookSeat, { input })).data).toEqual(first.data)
  const queued = await app.redis.keys(`${testEnvironment.environment.REDIS_PREFIX}:*:booking-*`)
  expect(queued.map((key) => key.split(':')[1]).sort()).toEqual(['feedback', 'reminders'])
})

test('who subscribes to an event hears of each booked seat', async () => {
  const id = await idOf('Queues and other waiting rooms')
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/graphql`, 'graphql-transport-ws')
  const messages: { type: string; payload?: unknown }[] = []
  const heard = (type: string) =>
    expect.poll(() => messages.find((message) => message.type === type)?.payload ?? messages, {
      timeout: 5_000,
    })
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'connection_init' }))
  const query = `subscription { seatsChanged(eventId: "${id}") { eventId seatsTaken seatsLeft } }`
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  await expect
    .poll(() =>
      app.redis
        .pubsub('NUMPAT')
        .then(async () => (await app.redis.pubsub('CHANNELS', '*seats*')) as string[]),
    )
    .toEqual([expect.stringContaining(id)])
  await ask(bookSeat, { input: { eventId: id, guestName: 'Grace', guestEmail: 'grace@example.org' } })
  await heard('next').toEqual({ data: { seatsChanged: { eventId: id, seatsTaken: 1, seatsLeft: 49 } } })
  socket.close()
})

test('a query that is too deep, and introspection, are refused', async () => {
  const deep = `{ event(id: "x") ${'{ venue '.repeat(8)}{ id }${' }'.repeat(8)} }`
  expect((await ask(deep)).errors?.length).toBeGreaterThan(0)
  const introspection = await ask('{ __schema { types { name } } }')
  expect(introspection.errors?.[0]?.message).toMatch(/introspection/i)
})

test('every response names the release, and /version the process', async () => {
  const version = testEnvironment.environment.APP_VERSION
  for (const url of ['/version', '/health/live', '/nowhere']) {
    expect((await app.inject(url)).headers['x-appname-version']).toBe(version)
  }
  expect((await app.inject('/version')).json()).toEqual({ version, pod: expect.any(String) })
})

test('ready means database, Redis and migrations, under both names', async () => {
  for (const url of ['/health/ready', '/readyz', '/health']) {
    const response = await app.inject(url)
    expect(response.json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', redis: 'ok', migrations: 'ok' },
    })
  }
})

test('an api whose migration is not applied is alive, not ready, and names the migration', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await mkdir(join(folder, '20990101000000_future'))
  const early = await buildApp(testEnvironment.environment, { migrationsFolder: folder })
  try {
    expect((await early.inject('/healthz')).statusCode).toBe(200)
    const ready = await early.inject('/readyz')
    expect(ready.statusCode).toBe(503)
    expect(ready.json()).toMatchObject({
      status: 'failed',
      checks: { database: 'ok', migrations: 'not applied: 20990101000000_future' },
    })
  } finally {
    await early.close()
    await rm(folder, { recursive: true })
  }
})

test('an api without Redis is not ready, and still books', async () => {
  const lonely = await buildApp({ ...testEnvironment.environment, REDIS_PORT: 1 })
  try {
    const ready = await lonely.inject('/health/ready')
    expect(ready.statusCode).toBe(503)
    expect(ready.json().checks).toMatchObject({
      database: 'ok',
      migrations: 'ok',
      redis: expect.not.stringMatching(/^ok$/),
    })
    const input = {
      eventId: await idOf('Releases without fear'),
      guestName: 'Lin',
      guestEmail: 'lin@example.org',
    }
    const payload = { query: bookSeat, variables: { input } }
    const booked = await lonely.inject({ method: 'POST', url: '/graphql', payload })
    expect(booked.json().data.bookSeat.booking).toMatchObject({ guestEmail: 'lin@example.org' })
  } finally {
    await lonely.close()
  }
})
