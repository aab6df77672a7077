import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { followers, readPromotionFile } from './promotion-file.ts'

const file = 'promotion.yaml'

test('the file of the workload in this repository says which environments follow main, and the path', async () => {
  const text = await readFile(
    new URL('../../../../workloads/appname/promotion.yaml', import.meta.url),
    'utf8',
  )
  const promotion = readPromotionFile(text, file)
  expect(followers(promotion)).toEqual(['dev', 'stage'])
  expect(promotion.path).toEqual([
    { from: 'stage', to: 'prod', gates: { migrations: 'expand-before-contract' } },
  ])
})

describe('every problem is reported with its place', () => {
  test.each([
    ['environments: [', ['promotion.yaml:1:']],
    ['environments: {}\n', ['promotion.yaml:1:1: path']],
    [
      'environments:\n  dev: {follows: master}\n  stage: {soak: 1h}\npath: []\n',
      ['promotion.yaml:2:18: environments.dev.follows', 'promotion.yaml:3:10: environments.stage'],
    ],
    ['environments:\n  Dev: {}\npath: []\n', ['promotion.yaml:2:8: environments.Dev']],
    ['environments: {dev: {}}\npath:\n  - {from: dev, to: moon}\n', ['promotion.yaml:3:3: path names moon']],
    [
      'environments: {dev: {}, prod: {}}\npath:\n  - {from: dev, to: prod, gates: {migrations: never}}\n',
      ['promotion.yaml:3:47: path.0.gates.migrations'],
    ],
  ])('case %#', (text, problems) => {
    expect.assertions(problems.length)
    try {
      readPromotionFile(text, file)
    } catch (error) {
      for (const problem of problems) expect((error as Error).message).toContain(problem)
    }
  })
})
