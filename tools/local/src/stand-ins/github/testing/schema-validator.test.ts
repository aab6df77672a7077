import { expect, test } from 'vitest'
import { schemaValidator } from './harness.ts'

const REF = {
  ref: 'refs/heads/main',
  node_id: 'x',
  url: 'https://api.github.com/x',
  object: { type: 'commit', sha: 'a'.repeat(40), url: 'https://api.github.com/y' },
}
const ROUTE = '/repos/{owner}/{repo}/git/ref/{ref}'

test('an answer as GitHub describes it has no problems; a missing or wrong field is named', () => {
  const validator = schemaValidator()
  expect(validator.problems('GET', ROUTE, 200, REF)).toEqual([])
  const { node_id: _, ...lacking } = REF
  expect(validator.problems('GET', ROUTE, 200, lacking)).toEqual([
    `GET ${ROUTE} 200:  must have required property 'node_id'`,
  ])
  const wrong = { ...REF, url: 'not a url' }
  expect(validator.problems('GET', ROUTE, 200, wrong)[0]).toContain('/url must match format "uri"')
})

test('routes, statuses and events that GitHub does not have are problems', () => {
  const validator = schemaValidator()
  expect(validator.problems('GET', '/nothing', 200, {})).toEqual([
    'GET /nothing 200: GitHub has no such route',
  ])
  expect(validator.problems('GET', ROUTE, 202, {})).toEqual([`GET ${ROUTE} 202: GitHub does not answer so`])
  expect(validator.webhookProblems('nothing', {})).toEqual(['nothing: GitHub has no such event'])
  expect(validator.webhookProblems('push', {}).length).toBeGreaterThan(0)
})
