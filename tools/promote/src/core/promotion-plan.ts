import type { Commit, Comparison } from '../ports/git-host.ts'
import type { ImageFacts } from '../ports/registry.ts'
import type { Hold } from './hold.ts'
import type { ImagePin } from './image.ts'
import type { Migration } from './migrations.ts'
import type { PromotionStep } from './promotion-file.ts'
import { neverReleased, type Release } from './release.ts'

/** Everything that was read for a promotion; rules and texts are made from this alone. */
export type PromotionFacts = {
  workload: string
  step: PromotionStep
  /** Head of main that all of it was read at. */
  revision: string
  source: Release
  target: Release
  /** Why the target is held; null: it is not. */
  hold: Hold | null
  /** From the target's commit to the source's; null when the target was never released. */
  comparison: Comparison | null
  migrations: Migration[]
  /** What the registry says of each image of the source; null: it has no such image. */
  registry: ReadonlyMap<string, ImageFacts | null>
}

export type ImageChange = { name: string; from: ImagePin | null; to: ImagePin }

/** One rule's answer. `note` is shown and does not stop anything. */
export type RuleVerdict = {
  rule: string
  verdict: 'pass' | 'refuse' | 'note'
  reason: string
  remedy?: string
}

export type Rule = (facts: PromotionFacts) => RuleVerdict

/** A release for people and machines: null for one that was never written. */
export function imageChanges(source: Release, target: Release): ImageChange[] {
  const first = neverReleased(target)
  return [...source.images].map(([name, to]) => ({
    name,
    from: first ? null : (target.images.get(name) ?? null),
    to,
  }))
}

export function commitsBetween(facts: Pick<PromotionFacts, 'comparison'>): Commit[] {
  return facts.comparison?.commits ?? []
}

/**
 * The commits between, apart from those by which bump and promote wrote a release: they stand beside nearly every
 * change and say nothing new. Told by their subject alone, so they are folded away and never left out.
 */
export function splitCommits(facts: Pick<PromotionFacts, 'comparison' | 'workload'>) {
  const ours = new RegExp(`^(Release|Promote) ${facts.workload} [0-9a-f]{7} (to|from) `)
  const all = commitsBetween(facts)
  return {
    changes: all.filter(({ subject }) => !ours.test(subject)),
    releases: all.filter(({ subject }) => ours.test(subject)),
  }
}
