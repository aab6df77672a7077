import { expect, test } from 'vitest'
import { serve } from '../../test/http.ts'
import { runProgramFile } from '../../test/programs.ts'
import { checkCanary } from './canary.ts'
import { smokeSteps } from './smoke.ts'

const events = JSON.stringify({ data: { events: [{ id: '1', title: 'Maps night', venue: { name: 'x' } }] } })
const refused = JSON.stringify({ data: null, errors: [{ message: 'Internal error' }] })

/** Answers like the api, but every `every`-th time with `status` and `body`. */
function api(every: number, status: number, body: string) {
  let count = 0
  return serve((_request, response) => {
    count += 1
    const bad = count % every === 0
    response.writeHead(bad ? status : 200, { 'x-appname-version': bad ? 'new' : 'old' })
    response.end(bad ? body : events)
  })
}

test('a canary that answers every query passes, and the summary says which release answered', async () => {
  const summary = await checkCanary(await api(1, 200, events), 'new', 20)
  expect(summary).toEqual({ requests: 20, failed: 0, versions: { new: 20 }, reasons: {}, passed: true })
})

test('an answer of another release is a failure: it says nothing about the canary', async () => {
  expect(await checkCanary(await api(5, 200, events), 'new', 20)).toMatchObject({
    failed: 16,
    versions: { old: 16, new: 4 },
    reasons: { 'old answered instead of new': 16 },
    passed: false,
  })
})

test('one failure in a hundred is tolerated, two are not', async () => {
  expect(await checkCanary(await api(100, 500, ''), 'old', 100)).toMatchObject({ failed: 1, passed: true })
  expect(await checkCanary(await api(50, 500, ''), 'old', 100)).toMatchObject({
    failed: 2,
    passed: false,
    reasons: { 'HTTP 500 from /graphql': 2 },
  })
})

test('GraphQL errors count as failures, although their status is 200', async () => {
  const { failed, reasons } = await checkCanary(await api(2, 200, refused), 'old', 10)
  expect(failed).toBe(5)
  expect(Object.keys(reasons)).toEqual([expect.stringMatching(/answered with errors: .*Internal error/)])
})

test('the canary program prints its summary and exits with 1 when the canary is unreachable', async () => {
  const ended = await runProgramFile('canary-check', {
    TARGET_URL: 'http://127.0.0.1:9',
    EXPECTED_VERSION: 'new',
    REQUESTS: '3',
  })
  expect(ended.code).toBe(1)
  expect(JSON.parse(ended.stdout)).toMatchObject({ requests: 3, failed: 3, passed: false })
})

test('the smoke test wants the api ready, a query answered and a page served', async () => {
  const working = await serve((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-appname-version': 'abc' })
    response.end(request.url === '/graphql' ? events : '<!doctype html>')
  })
  const saw = await Promise.all(smokeSteps({ app: working, api: working }).map(({ run }) => run()))
  expect(saw).toEqual(['release abc', '1 events', 'release abc'])

  const broken = await serve((_request, response) => response.writeHead(503).end('no database'))
  for (const { run } of smokeSteps({ app: broken, api: broken }))
    await expect(run()).rejects.toThrow(/HTTP 503/)
})
