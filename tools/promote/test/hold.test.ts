import { beforeEach, expect, test } from 'vitest'
import { bump } from '../src/commands/bump.ts'
import { hold, releaseHold } from '../src/commands/hold.ts'
import { promote } from '../src/commands/promote.ts'
import { status } from '../src/commands/status.ts'
import { renderResult } from '../src/output/human.ts'
import { resultSchema } from '../src/output/result.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { built, testContext } from './context.ts'
import { repositoryFiles } from './release-text.ts'

const holdFile = (environment: string) => `workloads/appname/envs/${environment}/hold.yaml`
const view = {
  paint: (_: string, text: string) => text,
  now: Date.parse('2026-01-01T01:30:00Z'),
  columns: 100,
}

let host: MemoryGitHost
let registry: MemoryRegistry
let context: ReturnType<typeof testContext>
let build: ReturnType<typeof built>

/** prod runs the first build, stage the second. */
beforeEach(async () => {
  host = new MemoryGitHost(repositoryFiles())
  registry = new MemoryRegistry()
  context = testContext(host, { registry })
  const first = built(registry, host.push('main', 'Serve events', {}), '1', '2')
  await bump(context, { ...first, bootstrap: ['prod'] })
  build = built(registry, host.push('main', 'Book', {}), '3', '4')
  await bump(context, build)
})

function fileOnMain(path: string): string | undefined {
  return host.commits.get(host.branches.get('main') ?? '')?.files.get(path)
}

test('hold writes one file on main, says how to undo it, and is done once', async () => {
  const result = await hold(context, { environment: 'prod', reason: 'Sale until Monday' })
  expect(resultSchema.parse(result)).toEqual(result)
  expect(renderResult(result, view)).toBe(`✓ prod is held: Sale until Monday
  → undo: npm run promote -- release-hold prod
`)
  expect(fileOnMain(holdFile('prod'))).toMatch(
    /^# yaml-language-server: \$schema=\S+hold\.schema\.json\n# [^\n]+\nreason: Sale until Monday\n$/,
  )
  const head = host.branches.get('main')
  expect(await hold(context, { environment: 'prod', reason: 'Sale until Monday' })).toMatchObject({
    outcome: 'nothing-to-do',
  })
  expect(host.branches.get('main')).toBe(head)
})

test('another reason replaces the first, and the undo can be pasted into a shell', async () => {
  await hold(context, { environment: 'prod', reason: "it's $(rm -rf)" })
  const result = await hold(context, { environment: 'prod', reason: 'Sale' })
  expect(result.next).toEqual(["undo: npm run promote -- hold prod --reason 'it'\\''s $(rm -rf)'"])
})

test('a promotion into a held environment is refused, with the reason and the remedy; released, it goes through', async () => {
  await hold(context, { environment: 'prod', reason: 'Sale until Monday' })
  expect(await promote(context, 'stage', 'prod')).toMatchObject({
    outcome: 'refused',
    summary: 'refused by not-held: prod is held: Sale until Monday',
    next: ['When the reason is gone: npm run promote -- release-hold prod'],
  })
  expect(host.pullRequests).toEqual([])
  const released = await releaseHold(context, 'prod')
  expect(resultSchema.parse(released)).toMatchObject({
    outcome: 'done',
    summary: 'prod is not held any more; it was: Sale until Monday',
    next: ["undo: npm run promote -- hold prod --reason 'Sale until Monday'"],
  })
  expect(fileOnMain(holdFile('prod'))).toBeUndefined()
  expect(await releaseHold(context, 'prod')).toMatchObject({ outcome: 'nothing-to-do' })
  expect(await promote(context, 'stage', 'prod')).toMatchObject({ outcome: 'done' })
})

test('a pull request that was open before the hold is named', async () => {
  await promote(context, 'stage', 'prod')
  const result = await hold(context, { environment: 'prod', reason: 'Sale' })
  expect(result.next[0]).toBe('do not merge, it was open before the hold: https://github.example/pull/1')
})

test('bump passes over a held environment, and is refused when nothing else is left', async () => {
  await hold(context, { environment: 'stage', reason: 'Load test' })
  const next = built(registry, host.push('main', 'Fix', {}), '5', '6')
  const before = fileOnMain('workloads/appname/envs/stage/release/release.yaml')
  const written = await bump(context, next)
  expect(resultSchema.parse(written)).toEqual(written)
  expect(written).toMatchObject({
    outcome: 'done',
    next: ['npm run promote -- wait dev', expect.stringContaining('not written: stage is held: Load test')],
  })
  expect(renderResult(written, view)).toContain('held: Load test')
  expect(fileOnMain('workloads/appname/envs/stage/release/release.yaml')).toBe(before)
  expect(await bump(context, next)).toMatchObject({
    outcome: 'refused',
    summary: 'refused: stage is held: Load test',
    next: ['when the reason is gone: npm run promote -- release-hold stage'],
  })
  expect(await bump(context, { ...next, environments: ['dev'] })).toMatchObject({ outcome: 'nothing-to-do' })
  expect(await bump(context, build)).toMatchObject({ outcome: 'nothing-to-do' })
})

test('status shows a hold, and does not suggest a promotion that it would refuse', async () => {
  await hold(context, { environment: 'prod', reason: 'Sale until Monday' })
  const result = await status(context)
  expect(result.details.environments.map(({ hold: reason }) => reason)).toEqual([
    null,
    null,
    'Sale until Monday',
  ])
  expect(renderResult(result, view)).toContain('\n  prod is held: Sale until Monday\n')
  expect(result.next).toEqual([])
})

test('a dry run writes nothing', async () => {
  const head = host.branches.get('main')
  const dry = { ...context, dryRun: true }
  expect(await hold(dry, { environment: 'prod', reason: 'Sale' })).toMatchObject({ outcome: 'planned' })
  expect(host.branches.get('main')).toBe(head)
})

test('somebody else writes to main at the same moment: the hold is written on top', async () => {
  const commit = host.commit.bind(host)
  let others = 0
  host.commit = async (request) => {
    if (others++ === 0) host.push('main', 'Faster', { 'x.txt': 'x' })
    return commit(request)
  }
  expect(await hold(context, { environment: 'prod', reason: 'Sale' })).toMatchObject({ outcome: 'done' })
  expect(fileOnMain('x.txt')).toBe('x')
  expect(context.narrated).toEqual(['main has moved meanwhile; looking again'])
})

test.each([['moon'], ['../prod']])('%s is no environment: wrong use', async (environment) => {
  await expect(hold(context, { environment, reason: 'x' })).rejects.toMatchObject({ exitCode: 2 })
  await expect(releaseHold(context, environment)).rejects.toMatchObject({ exitCode: 2 })
})
