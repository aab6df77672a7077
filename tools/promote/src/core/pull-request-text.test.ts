import { expect, test } from 'vitest'
import { aRelease, releaseText } from '../../test/release-text.ts'
import type { Commit } from '../ports/git-host.ts'
import type { PromotionFacts } from './promotion-plan.ts'
import { pullRequestText } from './pull-request-text.ts'
import { readRelease } from './release.ts'

const source = aRelease('b'.repeat(40), '3', '4')

function commit(subject: string): Commit {
  return { sha: 'c'.repeat(40), subject, author: 'ada', date: '2026-01-01T00:00:00Z', url: 'https://x/c' }
}

function facts(commits: Commit[], fields: Partial<PromotionFacts> = {}): PromotionFacts {
  return {
    workload: 'appname',
    step: { from: 'stage', to: 'prod', gates: { migrations: 'expand-before-contract' } },
    revision: 'd'.repeat(40),
    source,
    target: aRelease('a'.repeat(40), '1', '2'),
    hold: null,
    comparison: {
      relation: 'ahead',
      commits,
      truncated: false,
      changed: [],
      added: [],
      url: 'https://x/compare',
    },
    migrations: [],
    registry: new Map(),
    ...fields,
  }
}

test('says what changes, what it brings and how to go back', () => {
  const commits = [commit('Book'), commit('Release appname aaaaaaa to dev and stage')]
  const migrations = [{ name: '1_book', path: 'x', class: 'expand' as const }]
  const { title, body } = pullRequestText(facts(commits, { migrations }), [
    { rule: 'goes-forward', verdict: 'pass', reason: 'bbbbbbb contains aaaaaaa' },
  ])
  expect(title).toBe('Promote appname bbbbbbb from stage to prod')
  expect(body).toMatchInlineSnapshot(`
    "\`appname\`: **stage → prod**, \`aaaaaaa\` → \`bbbbbbb\`. Merging this deploys it to prod.

    ### Images

    | image | now | after |
    |---|---|---|
    | \`appname-api\` | \`sha-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`<br>\`sha256:1111111111111111111111111111111111111111111111111111111111111111\` | \`sha-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\`<br>\`sha256:3333333333333333333333333333333333333333333333333333333333333333\` |
    | \`appname-web\` | \`sha-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`<br>\`sha256:2222222222222222222222222222222222222222222222222222222222222222\` | \`sha-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\`<br>\`sha256:4444444444444444444444444444444444444444444444444444444444444444\` |

    ### Commits ([1](https://x/compare))

    - [\`ccccccc\`](https://x/c) \`Book\` by \`ada\`

    <details><summary>1 commit that only wrote a release</summary>

    - [\`ccccccc\`](https://x/c) \`Release appname aaaaaaa to dev and stage\` by \`ada\`

    </details>

    ### Migrations

    | migration | class |
    |---|---|
    | \`1_book\` | expand |

    ### Gates

    | | gate | why |
    |---|---|---|
    | ✅ pass | goes-forward | \`bbbbbbb contains aaaaaaa\` |

    ### Afterwards

    - Watch it: \`npm run promote -- wait prod\`
    - Go back: \`npm run promote -- rollback prod\` opens the pull request with which prod runs \`aaaaaaa\` again.
    "
  `)
})

test('warns of a contract step, after which there is no way back', () => {
  const migrations = [{ name: '2_drop', path: 'x', class: 'contract' as const }]
  const { body } = pullRequestText(facts([], { migrations }), [])
  expect(body).toContain(
    '**A contract step: after it the release that prod runs now can not run on the schema any more.**',
  )
  expect(body).toContain('Do not revert')
})

test('the first release has nothing to go back to', () => {
  const { body } = pullRequestText(
    facts([], { target: readRelease(releaseText(), 'x'), comparison: null }),
    [],
  )
  expect(body).toContain('| `appname-api` | never released |')
  expect(body).toContain('prod has no earlier release to go back to')
})

test('stays within what GitHub takes, however much there is', () => {
  const many = Array.from({ length: 5000 }, (_, index) => commit(`${index} ${'`|@all '.repeat(5000)}`))
  const migrations = many.map(({ sha }, index) => ({
    name: `${index}_${sha}`,
    path: 'x',
    class: 'expand' as const,
  }))
  const { body } = pullRequestText(facts(many, { migrations }), [])
  expect(body.length).toBeLessThan(65_536)
  expect(body).toContain('and 4950 more')
  expect(body).toContain('### Afterwards')
})
