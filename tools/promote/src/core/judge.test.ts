import { describe, expect, test } from 'vitest'
import {
  analysisRun,
  application,
  backoff,
  commits,
  deployment,
  expected,
  former,
  imageOf,
  job,
  type Objects,
  observation,
  operation,
  pod,
  rollout,
  running,
} from '../../test/cluster-objects.ts'
import { judge } from './judge.ts'

function verdict(replaced: Partial<Objects>) {
  return judge(observation(replaced), expected)
}

const syncing = application({ operationState: operation(running) })
const behind = application({
  sync: { status: 'Synced', revision: commits.before },
  operationState: operation({ syncResult: { revision: commits.before } }),
})
const canary = {
  phase: 'Progressing',
  message: 'more replicas need to be updated',
  stableRS: 'old',
  currentStepIndex: 1,
}

test('healthy: synced, rolled out, and every serving Pod runs the released digests', () => {
  expect(verdict({})).toEqual({ state: 'healthy', blocker: null })
})

describe('degraded, with the culprit named', () => {
  test.each<[string, Partial<Objects>, string, string, RegExp]>([
    [
      'a migration has used up its retries, though Argo CD will try the sync again',
      {
        application: application({ operationState: operation({ ...running, retryCount: 1 }) }),
        jobs: [job('migrate', 'PreSync', backoff)],
      },
      'Job',
      'migrate',
      /^PreSync hook failed: BackoffLimitExceeded: .*; Argo CD will try again \(retry 1 of 5\)$/,
    ],
    [
      'the smoke test failed',
      { jobs: [job('migrate', 'PreSync', {}), job('smoke', 'PostSync', backoff)] },
      'Job',
      'smoke',
      /^PostSync hook failed: BackoffLimitExceeded/,
    ],
    [
      'a hook failed and its Job is gone already',
      {
        jobs: [],
        application: application({
          operationState: operation({
            phase: 'Failed',
            message: 'one or more synchronization tasks completed unsuccessfully (retried 5 times).',
            syncResult: {
              revision: commits.release,
              resources: [
                {
                  kind: 'Job',
                  name: 'migrate',
                  hookType: 'PreSync',
                  hookPhase: 'Failed',
                  syncPhase: 'PreSync',
                  message: 'Job has reached the specified backoff limit',
                },
              ],
            },
          }),
        }),
      },
      'Job',
      'migrate',
      /^PreSync hook failed: Job has reached/,
    ],
    [
      'the sync itself failed for good',
      {
        application: application({
          operationState: operation({ phase: 'Failed', message: 'admission webhook said no' }),
        }),
      },
      'Application',
      'appname-prod',
      /^sync failed: admission webhook said no$/,
    ],
    [
      'the canary was aborted by its analysis',
      {
        rollouts: [
          rollout({ ...canary, phase: 'Degraded', abort: true, message: 'RolloutAborted: metric failed' }),
        ],
        analysisRuns: [analysisRun('Successful', 'old'), analysisRun('Failed')],
      },
      'AnalysisRun',
      'api-new-7-2',
      /^canary-check: Job failed: 31 of 50 requests$/,
    ],
    [
      'the canary made no progress because its Pod can not start',
      {
        rollouts: [rollout({ ...canary, phase: 'Degraded', message: 'ProgressDeadlineExceeded' })],
        pods: [
          pod('api', { name: 'api-old', hash: 'old', image: imageOf('api', former) }),
          pod('api', {
            ready: false,
            restarts: 3,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
          }),
        ],
      },
      'Pod',
      'api-1',
      /^CrashLoopBackOff, 3 restarts: back-off$/,
    ],
    [
      'a rollout is degraded and nothing says why',
      { rollouts: [rollout({ phase: 'Degraded', message: 'InvalidSpec' })] },
      'Rollout',
      'api',
      /^InvalidSpec$/,
    ],
    [
      'a deployment has passed its deadline',
      {
        deployments: [
          deployment({
            updatedReplicas: 0,
            conditions: [
              {
                type: 'Progressing',
                status: 'False',
                reason: 'ProgressDeadlineExceeded',
                message: 'ReplicaSet "web-1" has timed out progressing.',
              },
            ],
          }),
        ],
      },
      'Deployment',
      'web',
      /timed out progressing/,
    ],
    [
      'a Pod crashes again and again',
      {
        deployments: [deployment({ availableReplicas: 0 })],
        pods: [
          pod('api'),
          pod('web', { ready: false, restarts: 5, state: { waiting: { reason: 'CrashLoopBackOff' } } }),
        ],
      },
      'Pod',
      'web-1',
      /^CrashLoopBackOff, 5 restarts/,
    ],
  ])('%s', (_, replaced, kind, name, message) => {
    expect(verdict(replaced)).toMatchObject({
      state: 'degraded',
      blocker: { kind, name, message: expect.stringMatching(message) },
    })
  })
})

describe('not degraded by what belongs to another release or another sync', () => {
  test.each<[string, Partial<Objects>]>([
    [
      'a Job of the former release failed',
      { jobs: [job('migrate', 'PreSync', backoff, imageOf('api', former))] },
    ],
    [
      'a Job that is no hook failed',
      { jobs: [{ ...job('analysis', '', backoff), metadata: { name: 'analysis' } }] },
    ],
    ['an analysis of the former version failed', { analysisRuns: [analysisRun('Failed', 'old')] }],
    [
      'a Pod of the former version is still there',
      {
        pods: [pod('api'), pod('web'), pod('api', { name: 'x', hash: 'old', image: imageOf('api', former) })],
      },
    ],
    [
      'a Pod that is going away is not ready',
      {
        pods: [
          pod('api'),
          pod('web'),
          {
            ...pod('web', { name: 'x', ready: false }),
            metadata: { ...pod('web').metadata, deletionTimestamp: new Date() },
          },
        ],
      },
    ],
  ])('%s', (_, replaced) => {
    expect(verdict(replaced)).toEqual({ state: 'healthy', blocker: null })
  })

  test('a failed Job from before the sync that runs now', () => {
    const later = operation({ ...running, startedAt: '2026-01-01T00:10:00Z' })
    const seen = verdict({
      application: application({ operationState: later }),
      jobs: [job('smoke', 'PostSync', backoff)],
    })
    expect(seen.state).toBe('progressing')
  })

  test('an aborted rollout of the former release while the new one is not synced yet', () => {
    const aborted = rollout({ phase: 'Degraded', abort: true }, imageOf('api', former))
    expect(verdict({ application: behind, rollouts: [aborted] }).state).toBe('progressing')
  })

  test('a failed sync of an earlier revision', () => {
    const failed = operation({ phase: 'Failed', message: 'no', syncResult: { revision: commits.before } })
    const earlier = application({
      sync: { status: 'OutOfSync', revision: commits.before },
      operationState: failed,
    })
    expect(verdict({ application: earlier }).state).toBe('progressing')
  })
})

describe('progressing, with what it waits on', () => {
  test.each<[string, Partial<Objects>, string]>([
    [
      'no Application yet',
      { application: null },
      'Application (none): the cluster has no Application for this environment yet',
    ],
    [
      'Argo CD has not seen the commit',
      { application: behind },
      'Application appname-prod: Argo CD is at aaaaaaa; commit ccccccc is not there yet',
    ],
    [
      'Argo CD can not render it',
      {
        application: application({
          sync: { status: 'Unknown' },
          conditions: [
            { type: 'ComparisonError', message: 'kustomize build failed' },
            { type: 'OrphanedResourceWarning', message: 'x' },
          ],
        }),
      },
      'Application appname-prod: ComparisonError: kustomize build failed; commit ccccccc is not there yet',
    ],
    [
      'a hook runs',
      {
        application: application({
          operationState: operation({
            ...running,
            syncResult: {
              revision: commits.release,
              resources: [
                {
                  kind: 'Job',
                  name: 'migrate',
                  hookType: 'PreSync',
                  hookPhase: 'Running',
                  syncPhase: 'PreSync',
                },
              ],
            },
          }),
        }),
      },
      'Job migrate: PreSync hook is running',
    ],
    [
      'a sync that failed without a hook is tried again',
      {
        application: application({
          operationState: operation({
            ...running,
            finishedAt: '2026-01-01T00:01:00Z',
            message: 'no CRD. Retrying attempt #1',
          }),
        }),
      },
      'Application appname-prod: no CRD. Retrying attempt #1',
    ],
    [
      'the canary is on its way',
      {
        rollouts: [
          rollout({ ...canary, updatedReplicas: 1, canary: { weights: { canary: { weight: 20 } } } }),
        ],
      },
      'Rollout api: step 2 of 4, 20 % of requests, 1 of 2 updated, 2 available (more replicas need to be updated)',
    ],
    [
      'a new spec was not seen by the controller',
      { rollouts: [rollout({ observedGeneration: '6' })] },
      'Rollout api: step 4 of 4, 0 % of requests, 2 of 2 updated, 2 available',
    ],
    [
      'the canary can not pull its image',
      {
        rollouts: [rollout(canary)],
        pods: [
          pod('api', {
            ready: false,
            state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } },
          }),
        ],
      },
      'Pod api-1: ImagePullBackOff: not found',
    ],
    [
      'the web rolls',
      { deployments: [deployment({ replicas: 2 })] },
      'Deployment web: 1 of 1 updated, 1 available',
    ],
    [
      'the web is not told yet',
      { deployments: [deployment({}, imageOf('web', former))] },
      'Deployment web: is not told to run the release yet',
    ],
    [
      'the kubelet runs another digest',
      { pods: [pod('api', { imageId: 'x/appname-api@sha256:0' }), pod('web')] },
      'Pod api-1: does not run the digest of the release',
    ],
    ['a Pod is not ready', { pods: [pod('api'), pod('web', { ready: false })] }, 'Pod web-1: is not ready'],
    ['there is no Pod', { pods: [pod('api')] }, 'Pod web: has no Pod'],
    [
      'there is nothing',
      { rollouts: [], deployments: [], pods: [] },
      'Rollout (none): nothing of the workload runs yet',
    ],
    [
      'the smoke test is to come',
      { application: syncing },
      'Application appname-prod: one or more tasks are running',
    ],
    [
      'something else is out of sync',
      { application: application({ sync: { status: 'OutOfSync', revision: commits.release } }) },
      'Application appname-prod: is OutOfSync',
    ],
    [
      'the Ingress has no address',
      { application: application({ health: { status: 'Progressing' } }) },
      'Application appname-prod: health is Progressing',
    ],
  ])('%s', (_, replaced, words) => {
    const { state, blocker } = verdict(replaced)
    expect(`${blocker?.kind} ${blocker?.name}: ${blocker?.message}`).toBe(words)
    expect(state).toBe('progressing')
  })
})

describe('waiting on somebody', () => {
  test('a pause without end', () => {
    const paused = rollout({
      ...canary,
      phase: 'Paused',
      currentStepIndex: 3,
      pauseConditions: [{ reason: 'CanaryPauseStep', startTime: 'x' }],
    })
    expect(verdict({ rollouts: [paused] })).toMatchObject({
      state: 'waiting',
      blocker: { kind: 'Rollout', message: /^paused at step 4 of 4/ },
    })
  })

  test('a pause that ends by itself is progress', () => {
    const paused = rollout({
      ...canary,
      phase: 'Paused',
      currentStepIndex: 1,
      pauseConditions: [{ reason: 'CanaryPauseStep' }],
    })
    expect(verdict({ rollouts: [paused] }).state).toBe('progressing')
  })

  test.each([{}, { automated: { enabled: false } }])('automatic sync is off: %j', (syncPolicy) => {
    const spec = { syncPolicy }
    const off = application({ sync: { status: 'OutOfSync', revision: commits.before } }, spec)
    expect(verdict({ application: off })).toMatchObject({
      state: 'waiting',
      blocker: { kind: 'Application' },
    })
    expect(verdict({ application: application({}, spec) }).state).toBe('healthy')
  })
})
