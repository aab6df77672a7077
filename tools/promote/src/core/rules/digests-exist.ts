import { count } from '../markdown.ts'
import type { PromotionFacts, RuleVerdict } from '../promotion-plan.ts'

/** The registry has exactly these images, and they were built from the commit that the release names. */
export function digestsExist({ source, registry }: Pick<PromotionFacts, 'source' | 'registry'>): RuleVerdict {
  const rule = 'digests-exist'
  for (const [name, pin] of source.images) {
    const facts = registry.get(name)
    if (facts === null || facts === undefined)
      return {
        rule,
        verdict: 'refuse',
        reason: `${pin.repository} has no ${pin.digest}`,
        remedy: 'Build and bump again; the registry may have expired the image.',
      }
    if (facts.commit !== undefined && facts.commit !== source.commit)
      return {
        rule,
        verdict: 'refuse',
        reason: `${name} ${pin.digest} was built from ${facts.commit}, the release says ${source.commit}`,
        remedy: 'Bump again with the images of one build.',
      }
  }
  return {
    rule,
    verdict: 'pass',
    reason: `${count(source.images.size, 'image')} found in the registry by digest`,
  }
}
