import type { Context } from '../context.ts'
import { type HistoryEntry, releaseHistory } from '../core/history.ts'
import { promotionFilePath, releaseFilePath } from '../core/layout.ts'
import { count } from '../core/markdown.ts'
import { releaseOut } from '../output/release-out.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { checkEnvironment, checkName, promotionFileIn, readMain } from './read.ts'

export type HistoryOptions = { environment: string | undefined; limit: number }

type HistoryResult = ResultOf<'history'>

/** Most commits that one environment's history is made from; GitHub answers 100 at once. */
export const mostHistory = 99

/** What an environment ran, since when and because of whom, from git alone. Without an environment: all of them. */
export async function history(context: Context, options: HistoryOptions): Promise<HistoryResult> {
  const { workload } = context
  if (options.environment !== undefined) checkName('an environment', options.environment)
  const file = promotionFileIn(await readMain(context, [promotionFilePath(workload)]), workload)
  if (options.environment !== undefined) checkEnvironment(file, options.environment)
  const names = options.environment === undefined ? Object.keys(file.environments) : [options.environment]
  const environments = await Promise.all(
    names.map(async (name) => {
      const { entries, more } = await readHistory(context, name, options.limit)
      return { name, more, entries: entries.map(entryOut) }
    }),
  )
  const all = environments.flatMap(({ entries }) => entries)
  const around = all.filter(({ aroundTheBot }) => aroundTheBot).length
  return {
    schema: schemaVersion,
    command: 'history',
    outcome: 'done',
    summary: `${count(all.length, 'change')} in ${names.join(', ')}${around > 0 ? `; ${around} went around the bot` : ''}`,
    next: environments.flatMap(({ name, more }) =>
      more ? [`older changes of ${name}: npm run promote -- history ${name} --limit ${mostHistory}`] : [],
    ),
    details: { environments },
  }
}

/** The history of an environment's release file on main, newest first. `more`: it goes on further back. */
export async function readHistory(
  { gitHost, workload }: Context,
  environment: string,
  limit: number,
): Promise<{ entries: HistoryEntry[]; more: boolean }> {
  const path = releaseFilePath(workload, environment)
  const changes = await gitHost.history(gitHost.defaultBranch, path, limit + 1)
  const more = changes.length > limit
  return { entries: releaseHistory(workload, path, changes, !more), more }
}

function entryOut({ change, release, writer, aroundTheBot }: HistoryEntry) {
  const { sha, subject, author, date, url, pullRequest } = change
  return {
    commit: { sha, subject, author, date, url },
    release: releaseOut(release),
    writer,
    aroundTheBot,
    pullRequest,
  }
}
