import { shortCommit } from '../core/image.ts'
import { plain } from '../core/markdown.ts'
import type { View } from './human.ts'
import type { ResultOf } from './result.ts'
import { age, table } from './table.ts'

/** One table per environment, newest first; what went around the bot is marked in words. */
export function historyBody({ details }: ResultOf<'history'>, view: View): string {
  const header = ['  release', 'when', 'who', 'pull request', 'why'].map((text) => view.paint('dim', text))
  return details.environments
    .map(({ name, entries }) => {
      const rows = entries.map((entry) => row(entry, view))
      const body = rows.length > 0 ? table([header, ...rows]) : view.paint('dim', '  no change')
      return `${view.paint('strong', name)}\n${body}\n`
    })
    .join('\n')
}

type Entry = ResultOf<'history'>['details']['environments'][number]['entries'][number]

function row({ commit, release, aroundTheBot, pullRequest }: Entry, { paint, now }: View): string[] {
  const why = plain(commit.subject, 80)
  return [
    `  ${release === null ? '-' : shortCommit(release.commit)}`,
    age(commit.date, now),
    plain(commit.author, 40),
    pullRequest === null ? '-' : `#${pullRequest.number}`,
    aroundTheBot ? `${why}  ${paint('bad', '! around the bot')}` : why,
  ]
}
