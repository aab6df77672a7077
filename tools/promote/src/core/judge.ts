import { shortCommit } from './image.ts'
import type {
  ApplicationFacts,
  DeploymentFacts,
  JobFacts,
  Observation,
  PodFacts,
  RolloutFacts,
} from './observation.ts'
import type { Release } from './release.ts'

/** What ought to run. `contains` says whether a synced revision contains the commit that wrote the release. */
export type Expected = { release: Release; releaseCommit: string; contains: (revision: string) => boolean }

export type State = 'healthy' | 'progressing' | 'waiting' | 'degraded'

/** The one thing that a verdict hangs on: an object by kind and name, and what it says. */
export type Blocker = { kind: string; name: string; message: string }

export type Verdict = { state: State; blocker: Blocker | null }

type Rule = (seen: Observation, expected: Expected) => Blocker | undefined

/** Restarts of one container after which a crash loop is no longer taken for a start that waits for others. */
const hopelessRestarts = 5

/**
 * Judges an environment against the release that git says. Degraded as soon as one thing that belongs to this release
 * has failed for good (a hook Job with its retries used up, an aborted rollout, …) even if Argo CD will try again;
 * what failed for an earlier release does not count.
 */
export function judge(seen: Observation, expected: Expected): Verdict {
  for (const [state, rules] of verdicts) {
    for (const rule of rules) {
      const blocker = rule(seen, expected)
      if (blocker !== undefined) return { state, blocker }
    }
  }
  return { state: 'healthy', blocker: null }
}

const failedHook: Rule = ({ jobs, application }, { release }) => {
  const job = jobs.find(
    (one) =>
      one.hook !== '' &&
      one.state === 'failed' &&
      runsRelease(one.images, release) &&
      !isStale(one, application),
  )
  if (job === undefined) return undefined
  return block('Job', job.name, `${job.hook} hook failed: ${job.message}${retryNote(application)}`)
}

/** A Job left by an earlier sync while a newer one is running. */
function isStale(job: JobFacts, application: ApplicationFacts | null): boolean {
  const operation = application?.operation
  return (
    operation?.phase === 'Running' &&
    job.startedAt !== undefined &&
    Date.parse(job.startedAt) < Date.parse(operation.startedAt) - 1000
  )
}

function retryNote(application: ApplicationFacts | null): string {
  const operation = application?.operation
  if (operation?.phase !== 'Running') return ''
  const limit =
    operation.retryLimit === undefined ? '' : ` (retry ${operation.retries} of ${operation.retryLimit})`
  return `; Argo CD will try again${limit}`
}

const failedSync: Rule = ({ application }, { contains }) => {
  const operation = application?.operation
  if (!application || !operation || !['Failed', 'Error'].includes(operation.phase)) return undefined
  if (!operation.revisions.some(contains)) return undefined
  const hook = operation.hooks.find(({ phase }) => phase === 'Failed' || phase === 'Error')
  if (hook !== undefined)
    return block(hook.kind, hook.name, `${hook.syncPhase} hook failed: ${hook.message || operation.message}`)
  return block('Application', application.name, `sync ${operation.phase.toLowerCase()}: ${operation.message}`)
}

const failedRollout: Rule = (seen, { release }) => {
  const rollout = seen.rollouts.find(
    (one) => one.current && runsRelease(one.images, release) && (one.aborted || one.phase === 'Degraded'),
  )
  if (rollout === undefined) return undefined
  const run = seen.analysisRuns.find(
    (one) =>
      one.rollout === rollout.name &&
      one.podHash === rollout.podHash &&
      ['Failed', 'Error', 'Inconclusive'].includes(one.phase),
  )
  if (run !== undefined)
    return block(
      'AnalysisRun',
      run.name,
      [...run.failures, run.message].find((text) => text !== '') ?? run.phase,
    )
  const pod = seen.pods.find((one) => one.hash === rollout.podHash && waitingReason(one) !== undefined)
  if (pod !== undefined) return block('Pod', pod.name, waitingReason(pod) ?? '')
  return block('Rollout', rollout.name, rollout.message || rollout.phase)
}

const stuckDeployment: Rule = (seen, { release }) => {
  const stuck = seen.deployments.find((one) => one.stuck !== undefined && runsRelease(one.images, release))
  if (stuck === undefined) return undefined
  const pod = livePods(seen).find((one) => one.component === stuck.name && waitingReason(one) !== undefined)
  if (pod !== undefined) return block('Pod', pod.name, waitingReason(pod) ?? '')
  return block('Deployment', stuck.name, stuck.stuck ?? '')
}

const crashingPod: Rule = (seen, { release }) => {
  const pod = livePods(seen).find((one) =>
    one.containers.some(
      ({ image, waiting, restarts }) =>
        waiting === 'CrashLoopBackOff' && restarts >= hopelessRestarts && runsRelease([image], release),
    ),
  )
  return pod && block('Pod', pod.name, waitingReason(pod) ?? 'crashes')
}

const pausedRollout: Rule = ({ rollouts }, { release }) => {
  const paused = rollouts.find((one) => one.pausedIndefinitely && runsRelease(one.images, release))
  return (
    paused &&
    block('Rollout', paused.name, `paused at ${stepOf(paused)} until somebody resumes it (promote or abort)`)
  )
}

const pausedApplication: Rule = ({ application }, { contains }) => {
  if (application === null || application.automated || application.operation?.phase === 'Running')
    return undefined
  if (application.sync === 'Synced' && application.revisions.some(contains)) return undefined
  return block(
    'Application',
    application.name,
    'automatic sync is off; somebody must sync it or switch it on',
  )
}

const noApplication: Rule = ({ application }) =>
  application === null
    ? block('Application', '(none)', 'the cluster has no Application for this environment yet')
    : undefined

const notSynced: Rule = ({ application }, { contains, releaseCommit }) => {
  if (application === null) return undefined
  const { operation } = application
  if (operation?.betweenAttempts === true)
    return block('Application', application.name, operation.message || 'waits to retry the sync')
  if (operation?.phase === 'Running') {
    const hook = operation.hooks.find(({ phase }) => phase === 'Running')
    if (hook !== undefined) return block(hook.kind, hook.name, `${hook.syncPhase} hook is running`)
  }
  if (!application.revisions.some(contains)) {
    const at = application.revisions.map(shortCommit).join(', ') || 'nothing'
    const why = application.errors[0] ?? `Argo CD is at ${at}`
    return block(
      'Application',
      application.name,
      `${why}; commit ${shortCommit(releaseCommit)} is not there yet`,
    )
  }
  return undefined
}

const rollingOut: Rule = (seen, { release }) => {
  for (const rollout of seen.rollouts) {
    const stable = rollout.current && rollout.phase === 'Healthy' && rollout.stableHash === rollout.podHash
    if (!runsRelease(rollout.images, release))
      return block('Rollout', rollout.name, 'is not told to run the release yet')
    if (!stable)
      return podBlocker(seen, rollout.name) ?? block('Rollout', rollout.name, describeRollout(rollout))
  }
  for (const one of seen.deployments) {
    if (!runsRelease(one.images, release))
      return block('Deployment', one.name, 'is not told to run the release yet')
    if (!isRolledOut(one))
      return podBlocker(seen, one.name) ?? block('Deployment', one.name, describeDeployment(one))
  }
  return undefined
}

const otherDigest: Rule = (seen, { release }) => {
  const workloads = [...seen.rollouts, ...seen.deployments].map(({ name }) => name)
  for (const name of workloads) {
    const pods = servingPods(seen, name)
    if (pods.length === 0 && desiredOf(seen, name) > 0) return block('Pod', name, 'has no Pod')
    const other = pods.find((pod) => !podRunsRelease(pod, release))
    if (other !== undefined) return block('Pod', other.name, 'does not run the digest of the release')
    const unready = pods.find((pod) => !pod.ready)
    if (unready !== undefined) return block('Pod', unready.name, waitingReason(unready) ?? 'is not ready')
  }
  return workloads.length === 0 ? block('Rollout', '(none)', 'nothing of the workload runs yet') : undefined
}

const notSettled: Rule = ({ application }) => {
  if (application === null) return undefined
  const { operation, sync, health, name, errors } = application
  if (operation?.phase === 'Running') return block('Application', name, operation.message || 'is syncing')
  if (sync !== 'Synced') return block('Application', name, errors[0] ?? `is ${sync}`)
  if (health !== 'Healthy') return block('Application', name, `health is ${health}`)
  return undefined
}

const verdicts: readonly [State, readonly Rule[]][] = [
  ['degraded', [failedHook, failedSync, failedRollout, stuckDeployment, crashingPod]],
  ['waiting', [pausedRollout, pausedApplication]],
  ['progressing', [noApplication, notSynced, rollingOut, otherDigest, notSettled]],
]

function block(kind: string, name: string, message: string): Blocker {
  return { kind, name, message: message.replaceAll(/\s+/g, ' ').trim().slice(0, 400) }
}

/** True when every image is one of the release's, by digest, and there is one. */
export function runsRelease(images: readonly string[], release: Release): boolean {
  const digests = [...release.images.values()].map(({ digest }) => digest)
  return images.length > 0 && images.every((image) => digests.some((digest) => image.endsWith(`@${digest}`)))
}

/** The kubelet's own word (imageID) counts where it names a digest; else what the Pod was told to run. */
function podRunsRelease(pod: PodFacts, release: Release): boolean {
  return pod.containers.every(
    ({ image, imageId }) =>
      runsRelease([image], release) && (!imageId.includes('@sha256:') || runsRelease([imageId], release)),
  )
}

function livePods({ pods }: Observation): PodFacts[] {
  return pods.filter((pod) => !pod.terminating && pod.owner === 'ReplicaSet' && pod.phase !== 'Succeeded')
}

/** Pods that get work: those of a Rollout's former version stay a while after it gets no more requests. */
export function servingPods(seen: Observation, component: string): PodFacts[] {
  const rollout = seen.rollouts.find(({ name }) => name === component)
  return livePods(seen).filter(
    (pod) => pod.component === component && (rollout === undefined || pod.hash === rollout.podHash),
  )
}

function desiredOf(seen: Observation, name: string): number {
  const found = [...seen.rollouts, ...seen.deployments].find((one) => one.name === name)
  return found?.replicas.desired ?? 0
}

function podBlocker(seen: Observation, component: string): Blocker | undefined {
  const pod = servingPods(seen, component).find((one) => waitingReason(one) !== undefined)
  return pod && block('Pod', pod.name, waitingReason(pod) ?? '')
}

/** Why a Pod's container does not run, when that is more than its ordinary start. */
export function waitingReason(pod: PodFacts): string | undefined {
  const ordinary = [undefined, 'ContainerCreating', 'PodInitializing']
  const found = pod.containers.find(({ waiting }) => !ordinary.includes(waiting))
  if (found === undefined) return undefined
  const restarts = found.restarts > 0 ? `, ${found.restarts} restarts` : ''
  return `${found.waiting}${restarts}${found.message === '' ? '' : `: ${found.message}`}`
}

function stepOf({ step, steps }: RolloutFacts): string {
  return step === undefined ? 'no step' : `step ${Math.min(step + 1, steps)} of ${steps}`
}

export function describeRollout(rollout: RolloutFacts): string {
  const { desired, updated, available } = rollout.replicas
  const weight = rollout.weight === undefined ? '' : `, ${rollout.weight} % of requests`
  const where = rollout.steps === 0 || rollout.step === undefined ? '' : `${stepOf(rollout)}${weight}, `
  return `${where}${updated} of ${desired} updated, ${available} available${rollout.message === '' ? '' : ` (${rollout.message})`}`
}

export function isRolledOut({ current, replicas }: DeploymentFacts): boolean {
  const { desired, updated, available, total } = replicas
  return current && updated >= desired && available >= desired && total <= updated
}

export function describeDeployment({ replicas }: DeploymentFacts): string {
  return `${replicas.updated} of ${replicas.desired} updated, ${replicas.available} available`
}
