import type { FastifyInstance } from 'fastify'
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { addressOf, openSocket } from '../../test/socket.ts'
import { buildApp } from '../app.ts'
import { askForEvents } from '../operations/graphql-request.ts'

let testEnvironment: TestEnvironment
let app: FastifyInstance
const lines: Record<string, unknown>[] = []

beforeAll(async () => {
  testEnvironment = await createTestEnvironment()
  const environment = { ...testEnvironment.environment, NODE_ENV: 'production' as const }
  app = await buildApp(environment)
  app.log.warn = ((line: Record<string, unknown>) => lines.push(line)) as typeof app.log.warn
  await app.listen({ host: '127.0.0.1', port: 0 })
})

afterAll(async () => {
  await app?.close()
  await testEnvironment?.remove()
})

interface Answered {
  status: number
  body: { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] }
}

async function post(body: unknown): Promise<Answered> {
  const response = await fetch(`http://${addressOf(app)}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Answered['body'] }
}

const counted = async (code: string) => {
  const { values } = await app.metrics.graphqlErrors.get()
  return values.filter(({ labels }) => labels.code === code).reduce((sum, { value }) => sum + value, 0)
}

const nested = (levels: number) =>
  `{ event(id: "1") ${'{ venue '.repeat(levels - 2)}{ id }${' }'.repeat(levels - 1)}`
const aliases = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ')

/** What every one of these asks for is refused by code and message, whatever the transport. */
const hostile: [name: string, query: string, code: string, message: RegExp][] = [
  ['a depth of 50', nested(50), 'DEPTH_LIMIT', /depth.* is 50, and may be 7 at most/],
  ['as deep as the tokens allow', nested(660), 'DEPTH_LIMIT', /depth.* is 660/],
  ['500 aliases', `{ ${aliases(500)} }`, 'ALIAS_LIMIT', /aliases.* is 500, and may be 15 at most/],
  ['2,500 aliases', `{ ${aliases(2_500)} }`, 'TOKEN_LIMIT', /more tha. 2000 tokens/],
  [
    '1,100 fields',
    `{ ${'__typename '.repeat(1_100)} }`,
    'COMPLEXITY_LIMIT',
    /complexity.* is 1100, and may be 1000/,
  ],
  [
    '100 directives',
    `{ __typename ${'@include(if: true) '.repeat(100)} }`,
    'DIRECTIVE_LIMIT',
    /directives.* is 100/,
  ],
  ['introspection', '{ __schema { types { name } } }', 'INTROSPECTION_DISABLED', /Introspection is off/],
  [
    'introspection of one type',
    '{ __type(name: "Event") { name } }',
    'INTROSPECTION_DISABLED',
    /Introspection is off/,
  ],
  ['what is no GraphQL', '{ events { ', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ['an unknown field', '{ event(id: "1") { titel } }', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field/],
]

describe('over HTTP', () => {
  test.each(hostile)(
    '%s is refused with its reason, counted and logged',
    async (_name, query, code, message) => {
      const before = await counted(code)
      const { status, body } = await post({ query })
      expect(status).toBe(400)
      expect(body.data ?? null).toBeNull()
      expect(body.errors?.map(({ extensions }) => extensions?.code)).toContain(code)
      expect(body.errors?.find(({ extensions }) => extensions?.code === code)?.message).toMatch(message)
      expect(await counted(code)).toBeGreaterThan(before)
    },
  )

  test('a batch is refused, of one operation too', async () => {
    for (const batch of [
      [{ query: '{ __typename }' }],
      Array.from({ length: 100 }, () => ({ query: '{ __typename }' })),
    ]) {
      const { status, body } = await post(batch)
      expect(status).toBe(400)
      expect(body.errors?.map(({ extensions }) => extensions?.code)).toEqual(['BATCHING_DISABLED'])
      expect(body.errors?.[0]?.message).toMatch(/one operation per request/)
    }
  })

  test('a body of 1 MiB is refused', async () => {
    const before = await counted('FST_ERR_CTP_BODY_TOO_LARGE')
    const { status, body } = await post({ query: '{ __typename }', padding: 'x'.repeat(1024 * 1024) })
    expect(status).toBe(413)
    expect(body.errors?.[0]?.message).toMatch(/too large/)
    expect(await counted('FST_ERR_CTP_BODY_TOO_LARGE')).toBe(before + 1)
  })

  test('a document that was parsed elsewhere is refused: nobody counted its tokens', async () => {
    for (const query of [JSON.stringify(parse('{ __typename }')), 'null', '123', '{"kind":"Document"}']) {
      const { status, body } = await post({ query })
      expect(status).toBe(400)
      expect(body.errors?.[0]?.extensions?.code).toBe('GRAPHQL_PARSE_FAILED')
    }
  })

  test('lists within one operation add up', async () => {
    const list = 'events(first: 100) { id title venue { id } }'
    const { body } = await post({ query: `{ a: ${list} b: ${list} c: ${list} }` })
    expect(body.errors).toMatchObject([
      { extensions: { code: 'COMPLEXITY_LIMIT', actual: 1_203, limit: 1_000 } },
    ])
    expect((await post({ query: `{ ${list} }` })).status).toBe(200)
  })

  test('misspelt names and variables get no hint of what there is', async () => {
    const { body } = await post({
      query: 'query ($near: NearInput!) { events(near: $near) { id } }',
      variables: { near: { latitude: 1, longitude: 1, radiusMeters: 1 } },
    })
    expect(body.errors?.[0]?.message).toMatch(/radiusMeters/)
    const field = await post({ query: '{ event(id: "1") { titel } }' })
    expect(field.body.errors?.[0]?.message).toBe('Cannot query field "titel" on type "Event".')
    expect(JSON.stringify(body)).not.toMatch(/Did you mean|radiusMetres/)
  })

  test('the refusals are in the log, with their reason', () => {
    const reasons = new Set(lines.map(({ reason }) => reason))
    expect([...reasons]).toEqual(
      expect.arrayContaining(['BATCHING_DISABLED', ...hostile.map(([, , code]) => code)]),
    )
  })
})

describe('over WebSocket', () => {
  test.each(hostile)(
    '%s is refused with its reason and counted; the socket lives on',
    async (_name, query, code, message) => {
      const before = await counted(code)
      const socket = await openSocket(app)
      socket.subscribe('1', `subscription ${query}`)
      await expect.poll(() => socket.errorsOf('1')?.map(({ extensions }) => extensions?.code)).toContain(code)
      expect(socket.errorsOf('1')?.find(({ extensions }) => extensions?.code === code)?.message).toMatch(
        message,
      )
      expect(await counted(code)).toBeGreaterThan(before)
      expect(socket.socket.readyState).toBe(socket.socket.OPEN)
    },
  )

  test.each([
    ['a query', '{ __typename }', 'SUBSCRIPTIONS_ONLY'],
    ['an operation that is not there', 'fragment F on Event { id }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a document that was parsed elsewhere', parse('subscription { __typename }'), 'GRAPHQL_PARSE_FAILED'],
    ['nothing', undefined, 'GRAPHQL_PARSE_FAILED'],
  ])('%s is refused', async (_name, query, code) => {
    const socket = await openSocket(app)
    socket.subscribe('1', query)
    await expect.poll(() => socket.errorsOf('1')?.[0]?.extensions?.code).toBe(code)
  })
})

test('after all of it normal requests are answered, and a normal subscription is not refused', async () => {
  expect((await askForEvents(`http://${addressOf(app)}`)).events).toHaveLength(3)
  const socket = await openSocket(app)
  const id = '9e6c1a51-2f55-4ce4-bc6a-5a3b3f2c7f0e'
  socket.subscribe('1', `subscription { seatsChanged(eventId: "${id}") { seatsLeft } }`)
  await expect.poll(() => app.redis.pubsub('CHANNELS', `*${id}*`)).toHaveLength(1)
  expect(socket.messages.map(({ type }) => type)).toEqual(['connection_ack'])
})
