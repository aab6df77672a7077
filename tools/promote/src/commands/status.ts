import type { Context } from '../context.ts'
import { judge } from '../core/judge.ts'
import {
  applicationName,
  holdFilePath,
  promotionBranch,
  promotionFilePath,
  releaseFilePath,
  rollbackBranch,
} from '../core/layout.ts'
import type { PromotionFile } from '../core/promotion-file.ts'
import { neverReleased, type Release, sameRelease } from '../core/release.ts'
import { PromoteError } from '../errors.ts'
import { releaseOut } from '../output/release-out.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { Containment } from './expected.ts'
import { holdIn, promotionFileIn, readMain, releaseIn } from './read.ts'

type StatusResult = ResultOf<'status'>
type Row = StatusResult['details']['environments'][number]

/** One screen: what each environment runs, how it is, and what waits on whom. */
export async function status(context: Context): Promise<StatusResult> {
  const { workload } = context
  const file = promotionFileIn(await readMain(context, [promotionFilePath(workload)]), workload)
  const names = Object.keys(file.environments)
  const snapshot = await readMain(
    context,
    names.flatMap((name) => [releaseFilePath(workload, name), holdFilePath(workload, name)]),
  )
  const releases = new Map(names.map((name) => [name, releaseIn(snapshot, workload, name)]))
  const environments = await Promise.all(
    names.map(async (name) => ({
      ...(await row(context, file, releases, name)),
      hold: holdIn(snapshot, workload, name)?.reason ?? null,
    })),
  )
  return {
    schema: schemaVersion,
    command: 'status',
    details: { environments },
    ...said(context, environments),
  }
}

function said({ cluster }: Context, rows: Row[]): Pick<StatusResult, 'outcome' | 'summary' | 'next'> {
  const bad = rows.filter(({ state }) => state === 'degraded')
  const open = rows.filter(({ pullRequest }) => pullRequest !== null)
  const next = [
    ...open.map(({ name, pullRequest }) => `${pullRequest?.url} waits for a merge into ${name}`),
    ...rows.flatMap(({ name, differsFrom, pullRequest, hold }) =>
      pullRequest === null && hold === null
        ? differsFrom.map((from) => `npm run promote -- ${from} ${name}`)
        : [],
    ),
    ...bad.map(({ name }) => `npm run promote -- wait ${name}`),
  ]
  const healthy = rows.filter(({ state }) => state === 'healthy').length
  const summary =
    cluster === null
      ? `${rows.length} environments; their health is not known without a kubeconfig (KUBECONFIG)`
      : `${healthy} of ${rows.length} environments are healthy`
  return { outcome: 'done', summary, next }
}

async function row(
  context: Context,
  file: PromotionFile,
  releases: ReadonlyMap<string, Release>,
  name: string,
): Promise<Omit<Row, 'hold'>> {
  const release = releases.get(name) as Release
  const steps = file.path.filter(({ to }) => to === name)
  const [change, pullRequests, health] = await Promise.all([
    context.gitHost.lastChange(context.gitHost.defaultBranch, releaseFilePath(context.workload, name)),
    Promise.all(
      [
        ...steps.map(({ from }) => promotionBranch(context.workload, from, name)),
        rollbackBranch(context.workload, name),
      ].map((branch) => context.gitHost.openPullRequest(branch)),
    ),
    neverReleased(release) ? ({ state: 'never-released', blocker: null } as const) : undefined,
  ])
  // Of several, a rollback is what waits most urgently.
  const open = pullRequests.findLast((one) => one !== null)
  const verdict = health ?? (await healthOf(context, name, release, change?.sha))
  return {
    name,
    release: releaseOut(release),
    since: neverReleased(release) ? null : (change?.date ?? null),
    pullRequest: open ? { number: open.number, url: open.url } : null,
    state: verdict.state,
    blocker: verdict.blocker,
    differsFrom: steps
      .map(({ from }) => from)
      .filter((from) => {
        const source = releases.get(from)
        return source !== undefined && !neverReleased(source) && !sameRelease(source, release)
      }),
  }
}

/** A cluster out of reach is a fact to show, not a reason to show nothing. */
async function healthOf(
  { cluster, gitHost, workload }: Context,
  name: string,
  release: Release,
  commit: string | undefined,
): Promise<Pick<Row, 'state' | 'blocker'>> {
  const unknown = (message: string) =>
    ({ state: 'unknown', blocker: { kind: 'Cluster', name, message } }) as const
  if (cluster === null) return { state: 'unknown', blocker: null }
  if (commit === undefined) return unknown('the history of the release file is empty')
  const application = applicationName(workload, name)
  try {
    const seen = await cluster.observe({ application, namespace: application })
    if (seen.application === null) return unknown(`this cluster has no Application ${application}`)
    const containment = new Containment(gitHost, commit)
    await containment.learn(seen)
    return judge(seen, containment.expect(release))
  } catch (error) {
    if (error instanceof PromoteError) return unknown(error.message)
    throw error
  }
}
