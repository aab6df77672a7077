import type { Context } from '../context.ts'
import { shortCommit } from '../core/image.ts'
import { type Expected, judge, type Verdict } from '../core/judge.ts'
import {
  applicationName,
  promotionBranch,
  promotionFilePath,
  releaseFilePath,
  rollbackBranch,
} from '../core/layout.ts'
import { neverReleased, type Release } from '../core/release.ts'
import { drawTree, type TreeNode } from '../core/tree.ts'
import { exitCodes, PromoteError } from '../errors.ts'
import { releaseOut } from '../output/release-out.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { renderTree } from '../output/tree.ts'
import type { Cluster } from '../ports/cluster.ts'
import { Containment } from './expected.ts'
import { checkEnvironment, checkName, promotionFileIn, readMain, releaseIn } from './read.ts'

export type WaitOptions = { environment: string; timeoutSeconds: number }

type WaitResult = ResultOf<'wait'>
type Look = { verdict: Verdict; tree: TreeNode }

const pollMilliseconds = 1000
/** The release may be written anew while we wait; main is asked for it this often. */
const refreshMilliseconds = 15_000
/** A cluster that does not answer is asked again for this long. */
const patienceMilliseconds = 30_000

/** Waits until an environment runs, healthy, what main says; ends at once when it can not. */
export async function wait(context: Context, options: WaitOptions): Promise<WaitResult> {
  const { environment } = options
  checkName('an environment', environment)
  const cluster = context.cluster ?? noCluster()
  const started = context.clock.now()
  let target = await readTarget(context, environment)
  if (neverReleased(target.release)) return nothingThere(target.release, environment)
  context.io.narrate(`waiting for ${environment} to run ${shortCommit(target.release.commit)}`)
  let refreshed = started
  const screen = new Screen(context)
  for (;;) {
    const now = context.clock.now()
    if (now - refreshed > refreshMilliseconds) {
      target = await readTarget(context, environment, target)
      refreshed = now
    }
    const last = await look(context, cluster, environment, target)
    const seconds = Math.round((now - started) / 1000)
    screen.show(last, seconds)
    const ended = now - started >= options.timeoutSeconds * 1000
    if (last.verdict.state !== 'progressing' || ended)
      return conclude(
        environment,
        target.release,
        last,
        seconds,
        await unmerged(context, environment, target),
      )
    await context.clock.sleep(pollMilliseconds)
  }
}

type Target = { release: Release; commit: string; containment: Containment; sources: string[] }

async function readTarget(context: Context, environment: string, known?: Target): Promise<Target> {
  const { workload, gitHost } = context
  const path = releaseFilePath(workload, environment)
  const snapshot = await readMain(context, [promotionFilePath(workload), path])
  const file = promotionFileIn(snapshot, workload)
  checkEnvironment(file, environment)
  const release = releaseIn(snapshot, workload, environment)
  const change = await gitHost.lastChange(gitHost.defaultBranch, path)
  const commit = change?.sha ?? snapshot.revision
  if (known?.commit === commit) return known
  if (known !== undefined)
    context.io.narrate(`main has a newer release of ${environment}: ${shortCommit(release.commit)}`)
  const sources = file.path.filter(({ to }) => to === environment).map(({ from }) => from)
  return { release, commit, containment: new Containment(gitHost, commit), sources }
}

/** What is not merged is not waited for; whoever thinks that it is should hear it. */
async function unmerged({ workload, gitHost }: Context, environment: string, { sources }: Target) {
  const branches = sources.map((from) => promotionBranch(workload, from, environment))
  branches.push(rollbackBranch(workload, environment))
  const found = await Promise.all(branches.map((branch) => gitHost.openPullRequest(branch)))
  return found.flatMap((one) => (one === null ? [] : [`not merged, so not waited for: ${one.url}`]))
}

async function look(context: Context, cluster: Cluster, environment: string, target: Target): Promise<Look> {
  const application = applicationName(context.workload, environment)
  const seen = await patiently(context, () => cluster.observe({ application, namespace: application }))
  await target.containment.learn(seen)
  const expected: Expected = target.containment.expect(target.release)
  return { verdict: judge(seen, expected), tree: drawTree(seen, expected) }
}

/** An API server may be away for a moment while its cluster is being changed. */
async function patiently<T>({ clock, io }: Context, request: () => Promise<T>): Promise<T> {
  const started = clock.now()
  for (;;) {
    try {
      return await request()
    } catch (error) {
      const unreachable = error instanceof PromoteError && error.code === 'cluster-unreachable'
      if (!unreachable || clock.now() - started > patienceMilliseconds) throw error
      io.narrate(`${error.message}; trying again`)
      await clock.sleep(2000)
    }
  }
}

/** A live picture on a terminal; in a pipe one line whenever what it waits on changes. */
class Screen {
  private last = ''
  private readonly context: Context

  constructor(context: Context) {
    this.context = context
  }

  show({ verdict, tree }: Look, seconds: number): void {
    const { io } = this.context
    if (io.picture !== undefined) {
      io.picture(`${renderTree(tree)}\n${seconds} s, ${verdict.state}`)
      return
    }
    const { blocker } = verdict
    const line = blocker === null ? verdict.state : `${blocker.kind} ${blocker.name}: ${blocker.message}`
    if (line !== this.last) io.narrate(`${String(seconds).padStart(4)} s  ${line}`)
    this.last = line
  }
}

const outcomes = {
  healthy: 'done',
  degraded: 'failed',
  waiting: 'waiting',
  progressing: 'timed-out',
} as const

function conclude(
  environment: string,
  release: Release,
  { verdict, tree }: Look,
  seconds: number,
  next: string[],
): WaitResult {
  const { state, blocker } = verdict
  const what = blocker === null ? '' : `: ${blocker.kind} ${blocker.name}: ${blocker.message}`
  const commit = shortCommit(release.commit)
  const summaries = {
    healthy: `${environment} runs ${commit}, healthy, after ${seconds} s`,
    degraded: `${environment} can not run ${commit}${what}`,
    waiting: `${environment} waits on somebody${what}`,
    progressing: `${environment} does not run ${commit} after ${seconds} s, it waits on ${what.slice(2)}`,
  }
  return {
    schema: schemaVersion,
    command: 'wait',
    outcome: outcomes[state],
    summary: summaries[state],
    next,
    details: { environment, release: releaseOut(release), state, blocker, seconds, tree },
  }
}

function nothingThere(release: Release, environment: string): WaitResult {
  return {
    schema: schemaVersion,
    command: 'wait',
    outcome: 'nothing-to-do',
    summary: `${environment} was never released; there is nothing to wait for`,
    next: [],
    details: {
      environment,
      release: releaseOut(release),
      state: 'never-released',
      blocker: null,
      seconds: 0,
      tree: null,
    },
  }
}

function noCluster(): never {
  throw new PromoteError({
    code: 'kubeconfig-missing',
    message: 'wait looks at the cluster, and there is no kubeconfig',
    remedy: 'Point KUBECONFIG at the kubeconfig of the cluster that hosts the environment.',
    exitCode: exitCodes.wrongUse,
  })
}
