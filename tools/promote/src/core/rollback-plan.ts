import type { Comparison } from '../ports/git-host.ts'
import type { ImageFacts } from '../ports/registry.ts'
import { earlierReleases, type HistoryEntry } from './history.ts'
import type { Hold } from './hold.ts'
import type { Migration } from './migrations.ts'
import type { RuleVerdict } from './promotion-plan.ts'
import { neverReleased, type Release, sameRelease } from './release.ts'

/** A release that an environment ran after the one it goes back to, and what it brought. */
export type LaterRelease = {
  release: Release
  /** From the commit of the release gone back to, to this one's. */
  comparison: Comparison
  migrations: Migration[]
}

/** Everything that was read for a rollback; rules and texts are made from this alone. */
export type RollbackFacts = {
  workload: string
  environment: string
  /** Head of main that all of it was read at. */
  revision: string
  /** The release to go back to, and the one that main has now. */
  source: Release
  target: Release
  /**
   * Every release that ran since, the current one first: a migration stays in the schema though the release that
   * brought it was taken back.
   */
  later: LaterRelease[]
  registry: ReadonlyMap<string, ImageFacts | null>
  hold: Hold | null
  followsMain: boolean
}

export type RollbackRule = (facts: RollbackFacts) => RuleVerdict

export type Choice =
  | { kind: 'release'; release: Release }
  | { kind: 'none' }
  | { kind: 'unknown'; known: Release[] }
  | { kind: 'ambiguous'; known: Release[] }
  | { kind: 'current' }

/**
 * The release to go back to.
 * @param entries the environment's history, newest first
 * @param to beginning of its source commit, at least seven digits; undefined: the one before the current
 */
export function chooseRelease(
  entries: readonly HistoryEntry[],
  current: Release,
  to: string | undefined,
): Choice {
  if (to === undefined) {
    const [release] = earlierReleases(entries)
    return release === undefined ? { kind: 'none' } : { kind: 'release', release }
  }
  if (current.commit.startsWith(to)) return { kind: 'current' }
  const known = distinct(entries).filter((one) => !sameRelease(one, current))
  const found = known.filter(({ commit }) => commit.startsWith(to))
  const [release] = found
  if (release === undefined) return { kind: 'unknown', known }
  // One commit built twice is two releases; a beginning of two commits is none. Neither is guessed at.
  return found.length > 1 ? { kind: 'ambiguous', known: found } : { kind: 'release', release }
}

/**
 * The other releases that ran since `release` first did, newest first, each once. Since it first did: what ran between
 * two of its turns has left its migrations too.
 */
export function releasesSince(entries: readonly HistoryEntry[], release: Release): Release[] {
  const first = entries.findLastIndex(
    (entry) => entry.release !== null && sameRelease(entry.release, release),
  )
  return distinct(entries.slice(0, Math.max(first, 0))).filter((one) => !sameRelease(one, release))
}

function distinct(entries: readonly HistoryEntry[]): Release[] {
  const list: Release[] = []
  for (const { release } of entries)
    if (release !== null && !neverReleased(release) && !list.some((one) => sameRelease(one, release)))
      list.push(release)
  return list
}
