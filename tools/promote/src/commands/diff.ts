import type { Context } from '../context.ts'
import { shortCommit } from '../core/image.ts'
import { neverReleased, sameRelease } from '../core/release.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { changesOut, gather } from './facts.ts'

/** Shows what a promotion from one environment to another would change. Writes nothing. */
export async function diff(context: Context, from: string, to: string): Promise<ResultOf<'diff'>> {
  const { facts } = await gather(context, from, to, false)
  const { source, target } = facts
  const same = sameRelease(source, target)
  const now = neverReleased(target) ? 'nothing' : shortCommit(target.commit)
  const release = neverReleased(source) ? 'nothing' : shortCommit(source.commit)
  return {
    schema: schemaVersion,
    command: 'diff',
    outcome: same ? 'nothing-to-do' : 'done',
    summary: same
      ? `${from} and ${to} have the same release, ${now}`
      : `${from} has ${release}, ${to} has ${now}`,
    next: same ? [] : [`npm run promote -- ${from} ${to}`],
    details: changesOut(facts),
  }
}
