import type { Context } from '../context.ts'
import type { HistoryEntry } from '../core/history.ts'
import { holdFilePath, promotionFilePath, releaseFilePath } from '../core/layout.ts'
import { neverReleased, type Release, sameRelease } from '../core/release.ts'
import {
  type Choice,
  chooseRelease,
  type LaterRelease,
  type RollbackFacts,
  releasesSince,
} from '../core/rollback-plan.ts'
import { exitCodes, PromoteError } from '../errors.ts'
import { describeImages, readMigrationsOf } from './facts.ts'
import { mostHistory, readHistory } from './history.ts'
import { checkEnvironment, checkName, holdIn, promotionFileIn, readMain, releaseIn, textIn } from './read.ts'

export type RollbackOptions = { environment: string; to: string | undefined }

/** What was read, with the text of the release file that a write starts from. `facts` null: it is there already. */
export type Gathered = { facts: RollbackFacts | null; current: Release; text: string }

/** Reads everything that a rollback is made of. */
export async function gatherRollback(context: Context, options: RollbackOptions): Promise<Gathered> {
  const { environment } = options
  checkName('an environment', environment)
  checkTo(options.to)
  const { workload } = context
  const path = releaseFilePath(workload, environment)
  const paths = [promotionFilePath(workload), path, holdFilePath(workload, environment)]
  const snapshot = await readMain(context, paths)
  const file = promotionFileIn(snapshot, workload)
  checkEnvironment(file, environment)
  const [current, text] = [releaseIn(snapshot, workload, environment), textIn(snapshot, path)]
  if (neverReleased(current)) throw refused(`${environment} was never released`)
  const { entries } = await readHistory(context, environment, mostHistory)
  if (moved(entries, current)) throw movedMeanwhile(environment)
  const source = chosen(chooseRelease(entries, current, options.to), options)
  if (source === null) return { facts: null, current, text }
  const since = releasesSince(entries, source)
  const [later, registry] = await Promise.all([
    Promise.all(
      [current, ...since.filter(({ commit }) => commit !== current.commit)].map((one) =>
        laterThan(context, source, one),
      ),
    ),
    describeImages(context, source),
  ])
  const followsMain = file.environments[environment]?.follows === 'main'
  const hold = holdIn(snapshot, workload, environment)
  const { revision } = snapshot
  const facts = {
    workload,
    environment,
    revision,
    source,
    target: current,
    later,
    registry,
    hold,
    followsMain,
  }
  return { facts, current, text }
}

async function laterThan(context: Context, source: Release, release: Release): Promise<LaterRelease> {
  const comparison = await context.gitHost.compare(source.commit, release.commit)
  return { release, comparison, migrations: await readMigrationsOf(context, comparison, release) }
}

function chosen(choice: Choice, { environment, to }: RollbackOptions): Release | null {
  switch (choice.kind) {
    case 'release':
      return choice.release
    case 'current':
      return null
    case 'none':
      throw refused(`${environment} has no earlier release`)
    case 'unknown':
    case 'ambiguous': {
      const known = choice.known.map(({ commit }) => commit.slice(0, 12)).join(', ')
      const many = choice.kind === 'ambiguous'
      throw new PromoteError({
        code: many ? 'release-ambiguous' : 'release-unknown',
        message: many ? `${to} is more than one release of ${environment}` : `${environment} never ran ${to}`,
        remedy: known === '' ? 'It ran nothing else yet.' : `It ran: ${known}. See history ${environment}.`,
        exitCode: exitCodes.wrongUse,
      })
    }
  }
}

/** The file and its history are read one after the other. */
function moved([newest]: HistoryEntry[], current: Release): boolean {
  return newest !== undefined && (newest.release === null || !sameRelease(newest.release, current))
}

function movedMeanwhile(environment: string): PromoteError {
  return new PromoteError({
    code: 'main-moved',
    message: `the release of ${environment} was written by somebody else at this moment`,
    remedy: 'Run the command again: it starts from what is there now.',
  })
}

function checkTo(to: string | undefined): void {
  if (to === undefined || /^[0-9a-f]{7,40}$/.test(to)) return
  throw new PromoteError({
    code: 'release-malformed',
    message: `--to ${JSON.stringify(to.slice(0, 100))} is not a release's commit`,
    remedy: 'Write its source commit, at least seven digits, as history shows it.',
    exitCode: exitCodes.wrongUse,
  })
}

function refused(message: string): PromoteError {
  return new PromoteError({
    code: 'nothing-to-go-back-to',
    message,
    remedy: 'Roll forward: correct it on main, and promote.',
    exitCode: exitCodes.refused,
  })
}
