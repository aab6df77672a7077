import { beforeEach, describe, expect, test } from 'vitest'
import { bump } from '../src/commands/bump.ts'
import { history } from '../src/commands/history.ts'
import { hold } from '../src/commands/hold.ts'
import { promote } from '../src/commands/promote.ts'
import { rollback } from '../src/commands/rollback.ts'
import type { RollbackOptions } from '../src/commands/rollback-facts.ts'
import { renderResult } from '../src/output/human.ts'
import { resultSchema } from '../src/output/result.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { built, testContext } from './context.ts'
import { registryHost, releaseText, repositoryFiles } from './release-text.ts'

const releaseFile = 'workloads/appname/envs/prod/release/release.yaml'
const view = {
  paint: (_: string, text: string) => text,
  now: Date.parse('2026-01-01T01:30:00Z'),
  columns: 100,
}
const prod: RollbackOptions = { environment: 'prod', to: undefined }

let host: MemoryGitHost
let registry: MemoryRegistry
let context: ReturnType<typeof testContext>

beforeEach(() => {
  host = new MemoryGitHost(repositoryFiles())
  registry = new MemoryRegistry()
  context = testContext(host, { registry })
})

/** Builds a commit, lets it reach stage, and merges it into prod; the release's commit. Digits are the images' digests. */
async function release(api: string, web: string, migration?: string): Promise<string> {
  const path = `apps/api/prisma/migrations/${api}_step/migration.sql`
  const commit = host.push(
    'main',
    `Change ${api}`,
    migration === undefined ? {} : { [path]: `${migration}\n` },
  )
  await bump(context, { ...built(registry, commit, api, web), bootstrap: api === '1' ? ['prod'] : [] })
  if (api === '1') return commit
  const { details } = await promote(context, 'stage', 'prod')
  host.merge(details.pullRequest?.number ?? 0)
  return commit
}

/** What the branch of the rollback says prod runs. */
function offered(): string | undefined {
  return host.commits.get(host.branches.get('rollback/appname/prod') ?? '')?.files.get(releaseFile)
}

function openPullRequests() {
  return host.pullRequests.filter(({ state }) => state === 'open')
}

test('a rollback offers the release before, all of it, in one pull request however often it runs', async () => {
  const first = await release('1', '2')
  const second = await release('3', '4', '-- migration: expand')
  const result = await rollback(context, prod)
  expect(resultSchema.parse(result)).toEqual(result)
  const [to, from] = [first.slice(0, 7), second.slice(0, 7)]
  expect(renderResult(result, view)).toBe(`images  prod
  appname-api  ${from} sha256:333333333333  → ${to} sha256:111111111111
  appname-web  ${from} sha256:444444444444  → ${to} sha256:222222222222
migrations that stay applied
  3_step  expand
gates
  ✓ digests-exist  2 images found in the registry by digest
  ✓ goes-back      prod ran ${to} before ${from}
  ✓ schema-fits    1 migration since, expand; the schema stays ahead
  · stays-back     prod is not held: the next promotion brings a newer release

✓ opened pull request #2: Roll back appname to ${to} in prod
  → https://github.example/pull/2
  → npm run promote -- wait prod
  → npm run promote -- hold prod --reason <text>   keeps newer releases out
  → undo: close #2; after the merge, revert it
`)
  expect(offered()).toBe(releaseText(first, '1', '2'))
  expect(await rollback(context, prod)).toMatchObject({
    details: { pullRequest: { number: 2, change: 'unchanged' } },
  })
  expect(openPullRequests()).toHaveLength(1)
  expect(openPullRequests()[0]?.body).toContain(`back from \`${from}\` to \`${to}\``)
})

test('merged, it is in the history as what it is, and a second rollback does not go back to the bad release', async () => {
  const first = await release('1', '2')
  await release('3', '4')
  const { details } = await rollback(context, prod)
  host.merge(details.pullRequest?.number ?? 0)
  const seen = await history(context, { environment: 'prod', limit: 1 })
  expect(seen.details.environments[0]?.entries).toMatchObject([
    { writer: 'rollback', aroundTheBot: false, release: { commit: first } },
  ])
  await expect(rollback(context, prod)).rejects.toMatchObject({
    exitCode: 3,
    message: 'prod has no earlier release',
  })
})

test('--to names any earlier release by the beginning of its commit', async () => {
  const first = await release('1', '2')
  const second = await release('3', '4')
  const third = await release('5', '6')
  const result = await rollback(context, { environment: 'prod', to: first.slice(0, 8) })
  expect(result.details.to?.commit).toBe(first)
  expect(offered()).toBe(releaseText(first, '1', '2'))
  const other = await rollback(context, { environment: 'prod', to: second })
  expect(other.details).toMatchObject({ pullRequest: { change: 'updated' }, to: { commit: second } })
  expect(openPullRequests()).toHaveLength(1)
  expect(await rollback(context, { environment: 'prod', to: third })).toMatchObject({
    outcome: 'nothing-to-do',
  })
  await expect(rollback(context, { environment: 'prod', to: 'f'.repeat(40) })).rejects.toMatchObject({
    exitCode: 2,
    remedy: `It ran: ${second.slice(0, 12)}, ${first.slice(0, 12)}. See history prod.`,
  })
})

describe('refused, and nothing written', () => {
  async function refusal(options = prod) {
    const count = host.pullRequests.length
    const result = await rollback(context, options)
    expect(result.outcome).toBe('refused')
    expect(host.pullRequests).toHaveLength(count)
    expect(host.branches.has('rollback/appname/prod')).toBe(false)
    return result
  }

  test('when a contract migration took away what the earlier release needs', async () => {
    const first = await release('1', '2')
    await release('3', '4', '-- migration: contract')
    const result = await refusal()
    expect(result.summary).toBe(
      `refused by schema-fits: 3_step (contract) took away what is needed by ${first.slice(0, 7)}`,
    )
    expect(result.next[0]).toContain('roll forward, or restore the snapshot')
  })

  test('when a migration does not say its class', async () => {
    await release('1', '2')
    const second = host.push('main', 'x', { 'apps/api/prisma/migrations/9/migration.sql': 'drop table a;\n' })
    await bump(context, built(registry, second, '3', '4'))
    host.push('main', 'By hand', { [releaseFile]: releaseText(second, '3', '4') })
    expect((await refusal()).summary).toContain('9 does not say whether it took something away')
  })

  test('when the contract step came with a release that was taken back since', async () => {
    const first = await release('1', '2')
    const second = await release('3', '4')
    await release('5', '6', '-- migration: contract')
    host.push('main', 'Revert by hand', { [releaseFile]: releaseText(second, '3', '4') })
    const result = await refusal({ environment: 'prod', to: first })
    expect(result.summary).toContain(`5_step (contract) took away what is needed by ${first.slice(0, 7)}`)
  })

  test('when the registry has its images no more', async () => {
    const first = await release('1', '2')
    await release('3', '4')
    context = testContext(host)
    const result = await refusal()
    expect(result.summary).toContain(
      `refused by digests-exist: ${registryHost}/appname-api has no sha256:1111`,
    )
    expect(result.details.to?.commit).toBe(first)
    expect(result.next[0]).toContain('Go back to another release with --to')
  })

  test('when the release is newer than the current one: that is a promotion', async () => {
    await release('1', '2')
    const second = await release('3', '4')
    const back = await rollback(context, prod)
    host.merge(back.details.pullRequest?.number ?? 0)
    host.branches.delete('rollback/appname/prod')
    const result = await refusal({ environment: 'prod', to: second })
    expect(result.summary).toContain('refused by goes-back')
  })
})

test('a hold does not stop a rollback, it keeps what it brings', async () => {
  await release('1', '2')
  await release('3', '4')
  await hold(context, { environment: 'prod', reason: 'Bookings fail' })
  const result = await rollback(context, prod)
  expect(result).toMatchObject({ outcome: 'done' })
  expect(result.details.gates.at(-1)).toMatchObject({
    verdict: 'pass',
    reason: 'prod is held: Bookings fail',
  })
  expect(result.next.join()).not.toContain('hold prod')
})

test('a dry run writes nothing', async () => {
  await release('1', '2')
  await release('3', '4')
  expect(await rollback({ ...context, dryRun: true }, prod)).toMatchObject({ outcome: 'planned' })
  expect(host.branches.has('rollback/appname/prod')).toBe(false)
})

test('what was never released has nothing to go back to; a name or a commit that is none is wrong use', async () => {
  await expect(rollback(context, prod)).rejects.toMatchObject({ exitCode: 3 })
  await expect(rollback(context, { environment: 'moon', to: undefined })).rejects.toMatchObject({
    exitCode: 2,
  })
  await expect(rollback(context, { environment: 'prod', to: '$(x)' })).rejects.toMatchObject({ exitCode: 2 })
})

test('of an environment that follows main it says that the next build comes over it', async () => {
  await release('1', '2')
  await release('3', '4')
  const { details } = await rollback(context, { environment: 'stage', to: undefined })
  expect(details.gates.at(-1)?.reason).toBe(
    'stage is not held: the next build of main brings a newer release',
  )
})
