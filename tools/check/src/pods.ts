import { at, type JsonObject, type Manifest, nameOf, object, objects, text } from './manifest.ts'

/** A Pod template inside some object, and what kind of process it describes. */
export interface PodTemplate {
  /** Where it stands in its object, such as `spec.template`. */
  path: string
  template: JsonObject
  /** `service` runs until told to stop; `task` runs to completion. */
  purpose: 'service' | 'task'
}

/** Every Pod template of one object: workloads, Jobs, CronJobs, Rollouts and the Jobs of an AnalysisTemplate. */
export function podTemplatesOf(manifest: Manifest): PodTemplate[] {
  switch (manifest.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Rollout':
      return [
        { path: 'spec.template', template: object(at(manifest, 'spec', 'template')), purpose: 'service' },
      ]
    case 'Job':
      return [{ path: 'spec.template', template: object(at(manifest, 'spec', 'template')), purpose: 'task' }]
    case 'CronJob': {
      const template = object(at(manifest, 'spec', 'jobTemplate', 'spec', 'template'))
      return [{ path: 'spec.jobTemplate.spec.template', template, purpose: 'task' }]
    }
    case 'Pod':
      return [{ path: 'spec', template: { spec: manifest.spec ?? {} }, purpose: 'task' }]
    case 'AnalysisTemplate':
    case 'ClusterAnalysisTemplate':
      return analysisJobs(manifest).map(({ path, spec }) => ({
        path: `${path}.spec.template`,
        template: object(spec.template),
        purpose: 'task',
      }))
    default:
      return []
  }
}

function analysisJobs(manifest: Manifest): { path: string; spec: JsonObject; metric: string }[] {
  return objects(at(manifest, 'spec', 'metrics')).flatMap((metric, index) => {
    const job = at(metric, 'provider', 'job')
    const path = `spec.metrics[${index}].provider.job`
    return job === undefined
      ? []
      : [{ path, spec: object(at(job, 'spec')), metric: text(metric.name) ?? String(index) }]
  })
}

/** Containers that run beside each other; `initContainers` come first and are judged alike. */
export function containersOf({ template }: PodTemplate): JsonObject[] {
  return [...objects(at(template, 'spec', 'initContainers')), ...mainContainersOf({ template })]
}

/** Containers without the ones that only prepare. */
export function mainContainersOf({ template }: { template: JsonObject }): JsonObject[] {
  return objects(at(template, 'spec', 'containers'))
}

/**
 * Objects of Kubernetes' own kinds made from those that only Rollouts knows, so that schemas and rules for Deployments
 * and Jobs judge them: the Rollout CRD keeps unknown fields of its Pod template, a Deployment's schema does not.
 */
export function twinsOf(manifest: Manifest): Manifest[] {
  if (manifest.kind === 'Rollout') return [deploymentTwin(manifest)]
  if (manifest.kind === 'AnalysisTemplate' || manifest.kind === 'ClusterAnalysisTemplate')
    return analysisJobs(manifest).map(({ spec, metric }) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: `${nameOf(manifest)}-${metric}` },
      spec,
    }))
  return []
}

const sharedFields = [
  'replicas',
  'selector',
  'template',
  'minReadySeconds',
  'revisionHistoryLimit',
  'progressDeadlineSeconds',
  'paused',
]

function deploymentTwin(rollout: Manifest): Manifest {
  const spec = object(rollout.spec)
  const shared = Object.fromEntries(
    sharedFields.filter((field) => spec[field] !== undefined).map((field) => [field, spec[field] ?? null]),
  )
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: rollout.metadata, spec: shared }
}
