import { type Context, confirmWrite } from '../context.ts'
import { builtRelease, bumpTargets, type EnvironmentWrite, planWrite } from '../core/bump-plan.ts'
import { parseImageArgument, shortCommit } from '../core/image.ts'
import { holdFilePath, promotionFilePath, releaseFilePath } from '../core/layout.ts'
import type { Release } from '../core/release.ts'
import { exitCodes, PromoteError } from '../errors.ts'
import { releaseOut } from '../output/release-out.ts'
import type { ResultOf } from '../output/result.ts'
import { schemaVersion } from '../output/result.ts'
import { holdIn, promotionFileIn, readMain } from './read.ts'

export type BumpOptions = {
  images: string[]
  sourceCommit: string | undefined
  environments: string[]
  bootstrap: string[]
}

type Plan = { head: string; writes: EnvironmentWrite[]; supersededBy: string | undefined }

/** How often a bump starts over because main moved under it; each time somebody else's write got in. */
const attempts = 60

/** Writes a freshly built release into the environments that follow main, in one commit. */
export async function bump(context: Context, options: BumpOptions): Promise<ResultOf<'bump'>> {
  const release = builtRelease(context.workload, options.images.map(parseImageArgument), options.sourceCommit)
  let verified = false
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const plan = await makePlan(context, options, release)
    const written = plan.writes.filter(({ change }) => change === 'write')
    if (plan.supersededBy !== undefined) return superseded(release, plan)
    if (written.length === 0)
      return heldOf(plan).length > 0 ? held(release, plan) : nothingToDo(release, plan)
    if (!verified) await verify(context, release)
    verified = true
    if (context.dryRun) return planned(release, plan)
    const names = written.map(({ environment }) => environment).join(' and ')
    await confirmWrite(context, `Write release ${shortCommit(release.commit)} into ${names}?`)
    const result = await context.gitHost.commit({
      branch: context.gitHost.defaultBranch,
      expectedHead: plan.head,
      ...message(context.workload, release, written),
      files: written.map(({ path, text }) => ({ path, text })),
    })
    if (result.kind === 'committed') return done(context, release, plan, result.sha)
    context.io.narrate('main has moved meanwhile; looking again')
    await context.clock.sleep(Math.random() * Math.min(100 * 2 ** attempt, 2000))
  }
  throw new PromoteError({
    code: 'main-keeps-moving',
    message: `main moved ${attempts} times while this release was being written`,
    remedy: 'Run the command again when it is quieter; nothing was written.',
  })
}

async function makePlan(context: Context, options: BumpOptions, release: Release): Promise<Plan> {
  const { workload } = context
  const first = await readMain(context, [promotionFilePath(workload)])
  const file = promotionFileIn(first, workload)
  const targets = bumpTargets(file, options.environments, options.bootstrap)
  const snapshot = await readMain(
    context,
    targets.flatMap((environment) => [
      releaseFilePath(workload, environment),
      holdFilePath(workload, environment),
    ]),
  )
  const writes = targets.map((environment) => {
    const text = snapshot.files.get(releaseFilePath(workload, environment)) ?? null
    const bootstrap = options.bootstrap.includes(environment)
    return planWrite(
      { workload, environment, bootstrap },
      text,
      release,
      holdIn(snapshot, workload, environment),
    )
  })
  return { head: snapshot.revision, writes, supersededBy: await newerRelease(context, writes, release) }
}

/** Builds finish in any order: one that is older than what an environment has already must not take it back. */
async function newerRelease(context: Context, writes: EnvironmentWrite[], release: Release) {
  const current = new Set(
    writes.flatMap(({ change, before }) => (change === 'write' && before !== null ? [before.commit] : [])),
  )
  current.delete(release.commit)
  for (const commit of current) {
    const { relation } = await context.gitHost.compare(release.commit, commit)
    if (relation === 'ahead') return commit
  }
  return undefined
}

/** The digest that was looked up is the digest that is written. */
async function verify({ registry }: Context, release: Release): Promise<void> {
  const problems = await Promise.all(
    [...release.images].map(async ([name, pin]) => {
      const facts = await registry.describe(pin.repository, pin.digest)
      if (facts === null) return `${name}: ${pin.repository} has no ${pin.digest}`
      if (facts.commit !== undefined && facts.commit !== release.commit)
        return `${name}: ${pin.digest} was built from ${facts.commit}, not from ${release.commit}`
      return undefined
    }),
  )
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0)
    throw new PromoteError({
      code: 'image-not-verified',
      message: found.join('; '),
      remedy: 'Push the images first, and bump the digests that the push printed.',
      exitCode: exitCodes.refused,
    })
}

function message(workload: string, release: Release, writes: EnvironmentWrite[]) {
  const names = writes.map(({ environment }) => environment)
  return {
    headline: `Release ${workload} ${shortCommit(release.commit)} to ${names.join(' and ')}`,
    body: [...release.images]
      .map(([name, pin]) => `${name} ${pin.tag}@${pin.digest}`)
      .concat('', `Source-Commit: ${release.commit}`)
      .join('\n'),
  }
}

function base(release: Release, { writes }: Plan) {
  return {
    schema: schemaVersion,
    command: 'bump',
    details: {
      release: releaseOut(release),
      commit: null,
      environments: writes.map(({ environment, change, before, hold }) => ({
        name: environment,
        change,
        before: releaseOut(before),
        hold: hold?.reason ?? null,
      })),
    },
  } as const
}

function done(context: Context, release: Release, plan: Plan, sha: string): ResultOf<'bump'> {
  const common = base(release, plan)
  const names = plan.writes.filter(({ change }) => change === 'write').map(({ environment }) => environment)
  return {
    ...common,
    outcome: 'done',
    summary: `${names.join(' and ')} will run ${shortCommit(release.commit)} (commit ${shortCommit(sha)})`,
    next: [...names.map((name) => `npm run promote -- wait ${name}`), ...heldOf(plan).map(notWritten)],
    details: { ...common.details, commit: { sha, url: context.gitHost.commitUrl(sha) } },
  }
}

function heldOf({ writes }: Plan): EnvironmentWrite[] {
  return writes.filter(({ change }) => change === 'held')
}

function notWritten({ environment, hold }: EnvironmentWrite): string {
  return `not written: ${environment} is held: ${hold?.reason} (undo: npm run promote -- release-hold ${environment})`
}

/** Nothing is left to write but what is held. */
function held(release: Release, plan: Plan): ResultOf<'bump'> {
  const all = heldOf(plan).map(({ environment, hold }) => `${environment} is held: ${hold?.reason}`)
  const next = heldOf(plan).map(
    ({ environment }) => `when the reason is gone: npm run promote -- release-hold ${environment}`,
  )
  return { ...base(release, plan), outcome: 'refused', summary: `refused: ${all.join('; ')}`, next }
}

function nothingToDo(release: Release, plan: Plan): ResultOf<'bump'> {
  const names = plan.writes.map(({ environment }) => environment).join(' and ')
  const summary = `${names} ${plan.writes.length > 1 ? 'have' : 'has'} ${shortCommit(release.commit)} already`
  return { ...base(release, plan), outcome: 'nothing-to-do', summary, next: [] }
}

function superseded(release: Release, plan: Plan): ResultOf<'bump'> {
  const summary = `superseded: ${shortCommit(plan.supersededBy ?? '')}, which is newer than ${shortCommit(release.commit)}, was released meanwhile`
  return { ...base(release, plan), outcome: 'nothing-to-do', summary, next: [] }
}

function planned(release: Release, plan: Plan): ResultOf<'bump'> {
  const names = plan.writes.filter(({ change }) => change === 'write').map(({ environment }) => environment)
  const summary = `would write ${shortCommit(release.commit)} into ${names.join(' and ')}; nothing was written`
  return { ...base(release, plan), outcome: 'planned', summary, next: heldOf(plan).map(notWritten) }
}
