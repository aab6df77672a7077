import {
  describeDeployment,
  describeRollout,
  type Expected,
  isRolledOut,
  runsRelease,
  servingPods,
  waitingReason,
} from './judge.ts'
import type { Observation, PodFacts } from './observation.ts'

/** One line of the picture that `wait` draws. */
export type TreeNode = {
  kind: string
  name: string
  mark: 'done' | 'running' | 'failed' | 'pending'
  detail: string
  children: TreeNode[]
}

/** The picture of an environment: application → hooks, rollout with its analysis and Pods, deployments with theirs. */
export function drawTree(seen: Observation, expected: Expected): TreeNode {
  const { application } = seen
  const synced = application?.sync === 'Synced' && application.revisions.some(expected.contains)
  const settled = synced && application?.operation?.phase !== 'Running' && application?.health === 'Healthy'
  const at = application?.revisions.map((revision) => revision.slice(0, 7)).join(', ')
  return {
    kind: 'Application',
    name: application?.name ?? '(none)',
    mark: settled ? 'done' : application?.health === 'Degraded' ? 'failed' : 'running',
    detail:
      application === null ? 'missing' : `${application.sync} at ${at || 'nothing'}, ${application.health}`,
    children: [...hooks(seen, expected), ...rollouts(seen, expected), ...deployments(seen, expected)],
  }
}

function hooks({ jobs }: Observation, { release }: Expected): TreeNode[] {
  const marks = { active: 'running', succeeded: 'done', failed: 'failed' } as const
  return jobs
    .filter((job) => job.hook !== '' && runsRelease(job.images, release))
    .toSorted((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''))
    .map((job) => leaf('Job', job.name, marks[job.state], `${job.hook} ${job.message || job.state}`))
}

function rollouts(seen: Observation, { release }: Expected): TreeNode[] {
  return seen.rollouts.map((one) => {
    const told = runsRelease(one.images, release)
    const stable = told && one.current && one.phase === 'Healthy' && one.stableHash === one.podHash
    const mark = stable ? 'done' : told && (one.aborted || one.phase === 'Degraded') ? 'failed' : 'running'
    const runs = seen.analysisRuns
      .filter((run) => told && run.rollout === one.name && run.podHash === one.podHash)
      .map((run) => leaf('AnalysisRun', run.name, analysisMark(run.phase), run.failures[0] ?? run.phase))
    return {
      kind: 'Rollout',
      name: one.name,
      mark: told ? mark : 'pending',
      detail: told ? `${one.phase}, ${describeRollout(one)}` : 'runs the former release',
      children: told ? [...runs, ...servingPods(seen, one.name).map(podNode)] : [],
    }
  })
}

function analysisMark(phase: string): TreeNode['mark'] {
  if (phase === 'Successful') return 'done'
  return ['Failed', 'Error', 'Inconclusive'].includes(phase) ? 'failed' : 'running'
}

function deployments(seen: Observation, { release }: Expected): TreeNode[] {
  return seen.deployments.map((one) => {
    const told = runsRelease(one.images, release)
    const mark = isRolledOut(one) ? 'done' : one.stuck === undefined ? 'running' : 'failed'
    return {
      kind: 'Deployment',
      name: one.name,
      mark: told ? mark : 'pending',
      detail: told ? describeDeployment(one) : 'runs the former release',
      children: told && mark !== 'done' ? servingPods(seen, one.name).map(podNode) : [],
    }
  })
}

function podNode(pod: PodFacts): TreeNode {
  const reason = waitingReason(pod)
  const mark = pod.ready ? 'done' : reason === undefined ? 'running' : 'failed'
  return leaf('Pod', pod.name, mark, pod.ready ? 'ready' : (reason ?? pod.phase))
}

function leaf(kind: string, name: string, mark: TreeNode['mark'], detail: string): TreeNode {
  return { kind, name, mark, detail, children: [] }
}
