import { type Context, confirmWrite } from '../context.ts'
import { holdReason, readHold, writeHold } from '../core/hold.ts'
import { holdFilePath, promotionBranch, promotionFilePath } from '../core/layout.ts'
import { PromoteError } from '../errors.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { checkEnvironment, checkName, promotionFileIn, readMain } from './read.ts'

export type HoldOptions = { environment: string; reason: string }

type Holding = ResultOf<'hold'>['details']
type Said = Pick<ResultOf<'hold'>, 'outcome' | 'summary' | 'next'> & { details: Holding }
type Change = {
  environment: string
  /** null takes the hold away. */
  reason: string | null
  question: string
  headline: string
}

/** How often it starts over because main moved under it. */
const attempts = 20

/** Holds an environment: from now on no promotion and no bump writes its release. One commit on main. */
export async function hold(context: Context, options: HoldOptions): Promise<ResultOf<'hold'>> {
  const { environment } = options
  const reason = holdReason(options.reason)
  const said = await writeTo(context, {
    environment,
    reason,
    question: `Hold ${environment}, so that no release comes in?`,
    headline: `Hold ${environment} of ${context.workload}`,
  })
  const open = said.outcome === 'done' ? await openPullRequests(context, environment) : []
  return { schema: schemaVersion, command: 'hold', ...said, next: [...open, ...said.next] }
}

/** Takes the hold of an environment away. One commit on main. */
export async function releaseHold(context: Context, environment: string): Promise<ResultOf<'release-hold'>> {
  const said = await writeTo(context, {
    environment,
    reason: null,
    question: `Let releases into ${environment} again?`,
    headline: `Release the hold of ${environment} of ${context.workload}`,
  })
  return { schema: schemaVersion, command: 'release-hold', ...said }
}

async function writeTo(context: Context, change: Change): Promise<Said> {
  const { environment, reason } = change
  checkName('an environment', environment)
  const path = holdFilePath(context.workload, environment)
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const snapshot = await readMain(context, [promotionFilePath(context.workload), path])
    checkEnvironment(promotionFileIn(snapshot, context.workload), environment)
    const before = readHold(snapshot.files.get(path))?.reason ?? null
    const details: Holding = { environment, before, after: reason, commit: null }
    if (before === reason) return nothingToDo(details)
    if (context.dryRun) return planned(details)
    await confirmWrite(context, change.question)
    const result = await context.gitHost.commit({
      branch: context.gitHost.defaultBranch,
      expectedHead: snapshot.revision,
      headline: change.headline,
      body: reason ?? `It was held: ${before}`,
      files: [{ path, text: reason === null ? null : writeHold({ reason }) }],
    })
    if (result.kind === 'committed')
      return done({ ...details, commit: { sha: result.sha, url: context.gitHost.commitUrl(result.sha) } })
    context.io.narrate('main has moved meanwhile; looking again')
    await context.clock.sleep(Math.random() * Math.min(100 * 2 ** attempt, 2000))
  }
  throw new PromoteError({
    code: 'main-keeps-moving',
    message: `main moved ${attempts} times while the hold of ${environment} was being written`,
    remedy: 'Run the command again when it is quieter; nothing was written.',
  })
}

/** A hold refuses what would be opened from now on; what is open already, a person could still merge. */
async function openPullRequests(context: Context, environment: string): Promise<string[]> {
  const { workload, gitHost } = context
  const file = promotionFileIn(await readMain(context, [promotionFilePath(workload)]), workload)
  const branches = file.path
    .filter(({ to }) => to === environment)
    .map(({ from }) => promotionBranch(workload, from, environment))
  const found = await Promise.all(branches.map((branch) => gitHost.openPullRequest(branch)))
  return found.flatMap((one) =>
    one === null ? [] : [`do not merge, it was open before the hold: ${one.url}`],
  )
}

function undo({ environment, before, after }: Holding): string {
  if (after !== null && before === null) return `undo: npm run promote -- release-hold ${environment}`
  return `undo: npm run promote -- hold ${environment} --reason ${shellWord(before ?? '')}`
}

/** A text as one word of a shell, in which nothing is expanded. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function done(details: Holding): Said {
  const { environment, after } = details
  const summary =
    after === null
      ? `${environment} is not held any more; it was: ${details.before}`
      : `${environment} is held: ${after}`
  return { outcome: 'done', summary, next: [undo(details)], details }
}

function planned(details: Holding): Said {
  const { environment, after } = details
  const what = after === null ? `release the hold of ${environment}` : `hold ${environment}: ${after}`
  return { outcome: 'planned', summary: `would ${what}; nothing was written`, next: [], details }
}

function nothingToDo(details: Holding): Said {
  const { environment, after } = details
  const summary =
    after === null ? `${environment} is not held` : `${environment} is held for this reason already`
  return { outcome: 'nothing-to-do', summary, next: [], details }
}
