import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ApiStandIn, json, startApiStandIn, twoEvents } from '../../test/api-stand-in.ts'
import { type EventList, listEvents } from './list-events.ts'

let api: ApiStandIn

beforeEach(async () => {
  api = await startApiStandIn(json(twoEvents))
})
afterEach(async () => {
  await api.close()
})

const problemOf = (list: EventList) => (list.ok ? expect.fail('there is a list') : list.problem)

it('asks for the events and returns them as the API lists them', async () => {
  expect(await listEvents({ apiUrl: api.url })).toEqual({ ok: true, events: twoEvents.data.events })
  expect(api.queries).toEqual(['{ events { id title startsAt seatsLeft venue { name } } }'])
})

it('gives up after its time limit, headers and body together', async () => {
  api.answer = json(twoEvents, { delayMs: 2_000 })
  expect(problemOf(await listEvents({ apiUrl: api.url, timeoutMs: 60 }))).toEqual({
    kind: 'timeout',
    what: 'no answer within 60 ms',
    where: `${api.url}/graphql`,
  })
  api.answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":')
  expect(problemOf(await listEvents({ apiUrl: api.url, timeoutMs: 60 })).kind).toBe('timeout')
})

it('says that nobody listens', async () => {
  await api.close()
  const problem = problemOf(await listEvents({ apiUrl: api.url }))
  expect(problem.kind).toBe('unreachable')
  expect(problem.what).toContain('ECONNREFUSED')
})

it.each([502, 503, 504])('asks once more after %d, and no more than once', async (status) => {
  api.answer = (response, query) =>
    json(api.queries.length === 1 ? {} : twoEvents, { status: api.queries.length === 1 ? status : 200 })(
      response,
      query,
    )
  expect((await listEvents({ apiUrl: api.url })).ok).toBe(true)
  api.answer = json({}, { status })
  expect(problemOf(await listEvents({ apiUrl: api.url }))).toMatchObject({
    kind: 'failed',
    what: `HTTP ${status}`,
  })
  expect(api.queries).toHaveLength(4)
})

it('asks once more after a lost connection', async () => {
  api.answer = (response, query) => {
    if (api.queries.length === 1) response.destroy()
    else json(twoEvents)(response, query)
  }
  expect((await listEvents({ apiUrl: api.url })).ok).toBe(true)
})

it('takes GraphQL errors for a failure, whatever the status and even beside data', async () => {
  api.answer = json({ ...twoEvents, errors: [{ message: 'first' }, { message: 'second' }] })
  expect(problemOf(await listEvents({ apiUrl: api.url }))).toMatchObject({
    kind: 'failed',
    what: 'HTTP 200: first; second',
  })
})

it('does not trust the shape of an answer', async () => {
  const [event] = twoEvents.data.events
  api.answer = json({ data: { events: [{ ...event, seatsLeft: 'many' }] } })
  const wrongType = problemOf(await listEvents({ apiUrl: api.url }))
  expect(wrongType.kind).toBe('unexpected')
  expect(wrongType.what).toContain('data.events[0].seatsLeft')
  api.answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
  expect(problemOf(await listEvents({ apiUrl: api.url })).kind).toBe('unexpected')
  api.answer = json({ data: null })
  expect(problemOf(await listEvents({ apiUrl: api.url }))).toMatchObject({
    kind: 'unexpected',
    what: 'the answer has no data',
  })
})
