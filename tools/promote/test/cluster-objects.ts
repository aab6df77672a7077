import type { V1Deployment, V1Job, V1Pod } from '@kubernetes/client-node'
import type { Expected } from '../src/core/judge.ts'
import type { Observation } from '../src/core/observation.ts'
import {
  analysisRunFacts,
  applicationFacts,
  deploymentFacts,
  jobFacts,
  podFacts,
  rolloutFacts,
} from '../src/ports/cluster-facts.ts'
import { aRelease } from './release-text.ts'

/** Objects as Kubernetes, Argo CD and Rollouts write them, reduced to the fields that are read and some that are not. */

export const commits = { build: 'b'.repeat(40), release: 'c'.repeat(40), before: 'a'.repeat(40) }
export const release = aRelease(commits.build, '1', '2')
export const former = aRelease(commits.before, '8', '9')

export const expected: Expected = {
  release,
  releaseCommit: commits.release,
  contains: (revision) => revision === commits.release,
}

export function imageOf(name: 'api' | 'web', of = release): string {
  const pin = of.images.get(`appname-${name}`)
  return `${pin?.repository}:${pin?.tag}@${pin?.digest}`
}

type Fields = Record<string, unknown>

export function application(status: Fields = {}, spec: Fields = {}): Fields {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'appname-prod', namespace: 'argocd' },
    spec: { project: 'workloads', syncPolicy: { automated: { selfHeal: true } }, ...spec },
    status: {
      sync: { status: 'Synced', revision: commits.release },
      health: { status: 'Healthy', lastTransitionTime: '2026-01-01T00:05:00Z' },
      operationState: operation({}),
      ...status,
    },
  }
}

export function operation(fields: Fields): Fields {
  return {
    phase: 'Succeeded',
    message: 'successfully synced (all tasks run)',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:05:00Z',
    operation: { sync: { revision: commits.release }, retry: { limit: 5 } },
    syncResult: { revision: commits.release, resources: [] },
    ...fields,
  }
}

export const running = { phase: 'Running', finishedAt: undefined, message: 'one or more tasks are running' }

export function rollout(status: Fields = {}, image = imageOf('api')): Fields {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'api', generation: 7 },
    spec: {
      replicas: 2,
      strategy: {
        canary: {
          steps: [{ setWeight: 20 }, { pause: { duration: '10s' } }, { setWeight: 60 }, { pause: {} }],
        },
      },
      template: { spec: { containers: [{ name: 'api', image }] } },
    },
    status: {
      phase: 'Healthy',
      observedGeneration: '7',
      currentPodHash: 'new',
      stableRS: 'new',
      currentStepIndex: 4,
      updatedReplicas: 2,
      availableReplicas: 2,
      canary: { weights: { canary: { weight: 0, serviceName: 'api-ping' } } },
      ...status,
    },
  }
}

export function deployment(status: Fields = {}, image = imageOf('web')): V1Deployment {
  return {
    metadata: { name: 'web', generation: 3 },
    spec: {
      replicas: 1,
      selector: {},
      template: { spec: { containers: [{ name: 'web', image }] } },
    },
    status: { observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1, ...status },
  }
}

export function pod(
  component: 'api' | 'web',
  fields: {
    name?: string
    hash?: string
    ready?: boolean
    image?: string
    imageId?: string
    state?: Fields
    restarts?: number
  } = {},
): V1Pod {
  const { name = `${component}-1`, hash = 'new', ready = true, image = imageOf(component) } = fields
  const imageID = fields.imageId ?? image.replace(/:sha-[0-9a-f]+@/, '@')
  return {
    metadata: {
      name,
      labels: { 'app.kubernetes.io/component': component, 'rollouts-pod-template-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set', uid: 'u' }],
    },
    spec: { containers: [{ name: component, image }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: component,
          image,
          imageID,
          ready,
          restartCount: fields.restarts ?? 0,
          state: fields.state ?? {},
        },
      ],
    },
  }
}

export function job(name: string, hook: string, condition: Fields | null, image = imageOf('api')): V1Job {
  return {
    metadata: { name, annotations: { 'argocd.argoproj.io/hook': hook } },
    spec: { template: { spec: { containers: [{ name, image }] } } },
    status: {
      startTime: new Date('2026-01-01T00:00:10Z'),
      ...(condition === null
        ? { active: 1 }
        : { conditions: [{ type: 'Complete', status: 'True', ...condition }] }),
    },
  }
}

export const backoff = {
  type: 'Failed',
  reason: 'BackoffLimitExceeded',
  message: 'Job has reached the specified backoff limit',
}

export function analysisRun(phase: string, hash = 'new'): Fields {
  return {
    metadata: {
      name: 'api-new-7-2',
      labels: { 'rollouts-pod-template-hash': hash },
      ownerReferences: [{ kind: 'Rollout', name: 'api' }],
    },
    status: {
      phase,
      message: 'Metric "canary-check" assessed Failed due to failed (1) > failureLimit (0)',
      metricResults: [
        { name: 'canary-check', phase, measurements: [{ phase, message: 'Job failed: 31 of 50 requests' }] },
      ],
    },
  }
}

export type Objects = {
  application: Fields | null
  rollouts: Fields[]
  deployments: V1Deployment[]
  pods: V1Pod[]
  jobs: V1Job[]
  analysisRuns: Fields[]
}

/** An environment that runs the release, healthy, with some objects replaced. */
export function observation(replaced: Partial<Objects> = {}): Observation {
  const objects: Objects = {
    application: application(),
    rollouts: [rollout()],
    deployments: [deployment()],
    pods: [pod('api'), pod('api', { name: 'api-2' }), pod('web')],
    jobs: [job('migrate', 'PreSync', {}), job('smoke', 'PostSync', {})],
    analysisRuns: [analysisRun('Successful')],
    ...replaced,
  }
  return {
    application: objects.application === null ? null : applicationFacts(objects.application),
    rollouts: objects.rollouts.map(rolloutFacts),
    deployments: objects.deployments.map(deploymentFacts),
    pods: objects.pods.map(podFacts),
    jobs: objects.jobs.map(jobFacts),
    analysisRuns: objects.analysisRuns.map(analysisRunFacts),
  }
}
