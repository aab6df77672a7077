import { describe, expect, test } from 'vitest'
import { wait } from '../src/commands/wait.ts'
import type { Observation } from '../src/core/observation.ts'
import { PromoteError } from '../src/errors.ts'
import type { Cluster } from '../src/ports/cluster.ts'
import { MemoryCluster } from '../src/ports/cluster-memory.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import {
  application,
  backoff,
  commits,
  imageOf,
  job,
  observation,
  operation,
  pod,
  rollout,
  running,
} from './cluster-objects.ts'
import { testContext } from './context.ts'
import { releaseText, repositoryFiles } from './release-text.ts'

const path = 'workloads/appname/envs/prod/release/release.yaml'
const options = { environment: 'prod', timeoutSeconds: 60 }

/** A repository whose prod has the release that the fixtures run; every fixture's commit is exchanged for its own. */
function scene(films: (at: { release: string; before: string }) => Observation[]) {
  const host = new MemoryGitHost(repositoryFiles())
  const before = host.push('main', 'Before', { 'README.md': 'x' })
  const release = host.push('main', 'Promote', { [path]: releaseText(commits.build, '1', '2') })
  const cluster = new MemoryCluster({ 'appname-prod': films({ release, before }) })
  return { host, context: testContext(host, { cluster }) }
}

function at(revision: string, fields: Record<string, unknown> = {}) {
  const operationState = operation({ ...fields, syncResult: { revision } })
  return application({ sync: { status: 'Synced', revision }, operationState })
}

test('ends when the environment runs the release, and tells in a pipe only what changes', async () => {
  const { context } = scene(({ before, release }) => [
    observation({ application: at(before) }),
    observation({ application: at(before) }),
    observation({
      application: at(release, running),
      rollouts: [rollout({ phase: 'Progressing', stableRS: 'old', currentStepIndex: 1 })],
    }),
    observation({ application: at(release) }),
  ])
  const result = await wait(context, options)
  expect(result).toMatchObject({ outcome: 'done', summary: 'prod runs bbbbbbb, healthy, after 3 s' })
  expect(context.narrated).toEqual([
    'waiting for prod to run bbbbbbb',
    expect.stringMatching(
      /^ {3}0 s {2}Application appname-prod: Argo CD is at [0-9a-f]{7}; commit [0-9a-f]{7} is not there yet$/,
    ),
    '   2 s  Rollout api: step 2 of 4, 0 % of requests, 2 of 2 updated, 2 available',
    '   3 s  healthy',
  ])
})

test('says of an open pull request that it is not waited for', async () => {
  const { host, context } = scene(({ release }) => [observation({ application: at(release) })])
  const branch = 'promote/appname/stage-to-prod'
  const { pullRequest } = await host.upsertPullRequest({ branch, title: 'Promote', body: '' })
  expect((await wait(context, options)).next).toEqual([`not merged, so not waited for: ${pullRequest.url}`])
})

test('a revision after the release contains it', async () => {
  const { host, context } = scene(() => [])
  const later = host.push('main', 'Later', { 'README.md': 'y' })
  const cluster = new MemoryCluster({ 'appname-prod': [observation({ application: at(later) })] })
  expect(await wait({ ...context, cluster }, options)).toMatchObject({ outcome: 'done' })
})

test('ends at once when it can not get there, with the picture and the culprit', async () => {
  const { context } = scene(({ release }) => [
    observation({
      application: at(release, { ...running, retryCount: 1 }),
      jobs: [job('migrate', 'PreSync', backoff)],
    }),
  ])
  const result = await wait(context, options)
  expect(result).toMatchObject({
    outcome: 'failed',
    details: { state: 'degraded', seconds: 0, blocker: { kind: 'Job', name: 'migrate' } },
  })
  expect(result.details.tree?.children.map(({ name, mark }) => [name, mark])).toEqual([
    ['migrate', 'failed'],
    ['api', 'done'],
    ['web', 'done'],
  ])
})

test('gives up in time, and names what it waited on', async () => {
  const stuck = { reason: 'ImagePullBackOff', message: 'not found' }
  const { context } = scene(({ release }) => [
    observation({
      application: at(release, running),
      rollouts: [rollout({ phase: 'Progressing', stableRS: 'old' })],
      pods: [pod('api', { ready: false, state: { waiting: stuck } })],
    }),
  ])
  expect(await wait(context, options)).toMatchObject({
    outcome: 'timed-out',
    summary: 'prod does not run bbbbbbb after 60 s, it waits on Pod api-1: ImagePullBackOff: not found',
  })
})

test('a pause that somebody must end is not waited out', async () => {
  const { context } = scene(({ release }) => [
    observation({
      application: at(release),
      rollouts: [
        rollout({ phase: 'Paused', currentStepIndex: 3, pauseConditions: [{ reason: 'CanaryPauseStep' }] }),
      ],
    }),
  ])
  expect(await wait(context, options)).toMatchObject({ outcome: 'waiting' })
})

test('an environment that was never released has nothing to wait for', async () => {
  const context = testContext(new MemoryGitHost(repositoryFiles()), { cluster: new MemoryCluster({}) })
  expect(await wait(context, options)).toMatchObject({ outcome: 'nothing-to-do', details: { tree: null } })
})

test('a release that is written meanwhile is the one that counts', async () => {
  const { host, context } = scene(({ before }) => [observation({ application: at(before) })])
  let looks = 0
  const cluster: Cluster = {
    observe: async () => {
      looks += 1
      if (looks === 5) host.push('main', 'Again', { [path]: releaseText('d'.repeat(40), '3', '4') })
      return observation({ application: at(host.branches.get('main') ?? '') })
    },
  }
  const film = await wait({ ...context, cluster }, { ...options, timeoutSeconds: 10 })
  expect(film).toMatchObject({ outcome: 'done' })
  looks = 0
  const other = scene(() => [])
  const moving: Cluster = {
    observe: async () => {
      looks += 1
      if (looks === 2) other.host.push('main', 'Again', { [path]: releaseText('d'.repeat(40), '3', '4') })
      return observation({ application: at(commits.before), rollouts: [rollout({}, imageOf('api'))] })
    },
  }
  await wait({ ...other.context, cluster: moving }, options)
  expect(other.context.narrated).toContain('main has a newer release of prod: ddddddd')
})

describe('a cluster that does not answer', () => {
  const away = new PromoteError({
    code: 'cluster-unreachable',
    message: 'https://x: ECONNREFUSED',
    remedy: 'Look.',
  })

  test('is asked again for a while', async () => {
    const { context } = scene(() => [])
    let looks = 0
    const cluster: Cluster = {
      observe: async () => {
        looks += 1
        if (looks < 4) throw away
        return observation({ application: at(context.gitHost.defaultBranch) })
      },
    }
    await expect(wait({ ...context, cluster }, { ...options, timeoutSeconds: 1 })).resolves.toMatchObject({
      outcome: 'timed-out',
    })
    expect(context.narrated.filter((line) => line.includes('trying again'))).toHaveLength(3)
  })

  test('is an error in the end', async () => {
    const { context } = scene(() => [])
    const cluster: Cluster = { observe: () => Promise.reject(away) }
    await expect(wait({ ...context, cluster }, options)).rejects.toBe(away)
  })
})
