import type { Change } from '../ports/git-host.ts'
import { neverReleased, type Release, readRelease, sameRelease } from './release.ts'

export type Writer = 'bump' | 'promote' | 'rollback' | 'somebody'

/** One commit that changed what an environment runs. `release` is null when the file says nothing that can be read. */
export type HistoryEntry = {
  change: Change
  release: Release | null
  writer: Writer
  /** The commit changed the release, and no command of this tool wrote it. */
  aroundTheBot: boolean
}

/**
 * The history of a release file, newest first, as far as the release itself changed: a commit that only touched
 * comments is left out.
 * @param changes as the git host lists them, newest first
 * @param complete the list reaches back to the file's first commit; otherwise the oldest one is only compared with
 */
export function releaseHistory(
  workload: string,
  path: string,
  changes: readonly Change[],
  complete: boolean,
): HistoryEntry[] {
  const read = changes.map((change) => ({ change, release: releaseOf(change, path) }))
  return read.flatMap(({ change, release }, index) => {
    const older = read[index + 1]
    if (older === undefined && !complete) return []
    const same = older !== undefined && release !== null && older.release !== null
    if (same && sameRelease(release, older.release as Release)) return []
    const writer = writerOf(workload, change.subject, release)
    const checkout = older === undefined && release !== null && neverReleased(release)
    return [{ change, release, writer, aroundTheBot: writer === 'somebody' && !checkout }]
  })
}

function releaseOf({ text }: Change, path: string): Release | null {
  if (text === null) return null
  try {
    return readRelease(text, path)
  } catch {
    return null
  }
}

const verbs = { Release: 'bump', Promote: 'promote', 'Roll back': 'rollback' } as const

/**
 * Who wrote a release, told by the subject that bump, promote and rollback give their commits; GitHub adds the pull
 * request's number to it. It must name the very release that the file holds. A subject proves nothing against somebody
 * who imitates it; branch protection does that.
 */
function writerOf(workload: string, subject: string, release: Release | null): Writer {
  const found = /^(Release|Promote|Roll back) (\S+) (?:to )?([0-9a-f]{7}) (?:to|from|in) \S/.exec(subject)
  const [, verb, name, commit] = found ?? []
  if (name !== workload || release === null || release.commit.slice(0, 7) !== commit) return 'somebody'
  return verbs[verb as keyof typeof verbs]
}

/**
 * The releases that an environment could go back to, the latest first: those below the current one on a pile on which
 * a release is put when it comes, and from which everything above is taken when it comes back.
 * @param entries newest first
 */
export function earlierReleases(entries: readonly HistoryEntry[]): Release[] {
  const pile: Release[] = []
  for (const { release } of entries.toReversed()) {
    if (release === null || neverReleased(release)) continue
    const at = pile.findIndex((one) => sameRelease(one, release))
    if (at >= 0) pile.length = at + 1
    else pile.push(release)
  }
  return pile.slice(0, -1).toReversed()
}
