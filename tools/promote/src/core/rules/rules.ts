import type { PromotionFacts, Rule, RuleVerdict } from '../promotion-plan.ts'
import { digestsExist } from './digests-exist.ts'
import { expandBeforeContract } from './expand-before-contract.ts'
import { goesForward } from './goes-forward.ts'
import { notHeld } from './not-held.ts'
import { sourceIsReleased } from './source-is-released.ts'

/** Every rule that a promotion is judged by; a new gate is a new file and one line here. */
export const rules: readonly Rule[] = [
  sourceIsReleased,
  notHeld,
  digestsExist,
  goesForward,
  expandBeforeContract,
]

export function judgePromotion(facts: PromotionFacts): RuleVerdict[] {
  return rules.map((rule) => rule(facts))
}
