import { describe, expect, test } from 'vitest'
import { aRelease, releaseText } from '../../../test/release-text.ts'
import type { Comparison } from '../../ports/git-host.ts'
import type { PromotionFacts } from '../promotion-plan.ts'
import { readRelease } from '../release.ts'
import { judgePromotion } from './rules.ts'

const source = aRelease('b'.repeat(40), '3', '4')
const target = aRelease('a'.repeat(40), '1', '2')
const never = readRelease(releaseText(), 'release.yaml')

function comparison(fields: Partial<Comparison> = {}): Comparison {
  return {
    relation: 'ahead',
    commits: [],
    truncated: false,
    changed: [],
    added: [],
    url: 'https://x',
    ...fields,
  }
}

function facts(fields: Partial<PromotionFacts> = {}): PromotionFacts {
  return {
    workload: 'appname',
    step: { from: 'stage', to: 'prod', gates: { migrations: 'expand-before-contract' } },
    revision: 'd'.repeat(40),
    source,
    target,
    hold: null,
    comparison: comparison(),
    migrations: [],
    registry: new Map(
      [...source.images].map(([name, pin]) => [name, { digest: pin.digest, commit: source.commit }]),
    ),
    ...fields,
  }
}

function migration(name: string, kind: 'expand' | 'contract' | 'unclassified') {
  return { name, path: `migrations/${name}/migration.sql`, class: kind }
}

function verdictOf(rule: string, fields: Partial<PromotionFacts>) {
  return judgePromotion(facts(fields)).find((one) => one.rule === rule)
}

test('a release of stage that is ahead of prod, in the registry, passes every rule', () => {
  expect(judgePromotion(facts()).map(({ verdict }) => verdict)).toEqual([
    'pass',
    'pass',
    'pass',
    'pass',
    'pass',
  ])
})

describe('refused, and noted', () => {
  test.each<[string, Partial<PromotionFacts>, string, string]>([
    ['source-is-released', { source: never }, 'refuse', 'stage of appname was never released'],
    ['not-held', { hold: { reason: 'sale until Monday' } }, 'refuse', 'prod is held: sale until Monday'],
    ['digests-exist', { registry: new Map() }, 'refuse', 'has no sha256:3333'],
    [
      'digests-exist',
      {
        registry: new Map(
          [...source.images.keys()].map((name) => [name, { digest: 'x', commit: 'f'.repeat(40) }]),
        ),
      },
      'refuse',
      'was built from ffff',
    ],
    [
      'goes-forward',
      { comparison: comparison({ relation: 'behind' }) },
      'refuse',
      'stage runs bbbbbbb, which is older than aaaaaaa in prod',
    ],
    ['goes-forward', { comparison: comparison({ relation: 'diverged' }) }, 'note', 'diverged history'],
    ['goes-forward', { comparison: null, target: never }, 'pass', 'the first release of prod'],
    [
      'expand-before-contract',
      { migrations: [migration('1', 'unclassified')] },
      'refuse',
      '1 does not say its class',
    ],
    [
      'expand-before-contract',
      { migrations: [migration('1', 'expand'), migration('2', 'contract')] },
      'refuse',
      '1 (expand) and 2 (contract) in one promotion',
    ],
    [
      'expand-before-contract',
      { migrations: [migration('1', 'expand'), migration('2', 'expand')] },
      'pass',
      '2 migrations, expand',
    ],
    ['expand-before-contract', { migrations: [migration('2', 'contract')] }, 'pass', '1 migration, contract'],
    ['expand-before-contract', { comparison: comparison({ truncated: true }) }, 'note', 'by hand'],
    ['expand-before-contract', { comparison: comparison({ relation: 'unknown' }) }, 'note', 'by hand'],
    [
      'expand-before-contract',
      {
        step: { from: 'stage', to: 'prod', gates: { migrations: 'off' } },
        migrations: [migration('1', 'unclassified')],
      },
      'note',
      'switched off',
    ],
  ])('%s: case %#', (rule, fields, verdict, words) => {
    expect(verdictOf(rule, fields)).toMatchObject({ verdict, reason: expect.stringContaining(words) })
  })

  test('every refusal says what to do', () => {
    const all = judgePromotion(
      facts({
        source: never,
        hold: { reason: 'sale' },
        registry: new Map(),
        comparison: comparison({ relation: 'behind' }),
        migrations: [migration('1', 'unclassified')],
      }),
    )
    expect(all.filter(({ verdict }) => verdict === 'refuse').every(({ remedy }) => remedy)).toBe(true)
    expect(all.map(({ verdict }) => verdict)).toEqual(['refuse', 'refuse', 'refuse', 'refuse', 'refuse'])
  })
})
