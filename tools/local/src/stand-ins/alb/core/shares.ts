import type { WeightedGroup } from './model.ts'

/** Length of the cycle in which shares are kept. */
export const SLOTS = 1000

/**
 * Deals the slots of one cycle to the groups. Request n gets slot `n mod SLOTS`, so shares are counted, not drawn:
 * after any number of requests in a cycle each group of two is within one request of its exact share, and spread
 * evenly. Weights whose sum divides SLOTS (Argo Rollouts' add up to 100) are exact in every `sum` requests.
 * All weights zero: no slots, which ALB answers with 503.
 */
export function dealSlots(groups: readonly WeightedGroup[]): string[] {
  const total = groups.reduce((sum, group) => sum + group.weight, 0)
  if (total === 0) return []
  const dealt = groups.map(() => 0)
  return Array.from({ length: SLOTS }, (_, slot) => {
    let next = 0
    let largestDebt = -Infinity
    groups.forEach(({ weight }, index) => {
      const debt = weight === 0 ? -Infinity : (weight * (slot + 1)) / total - (dealt[index] ?? 0)
      if (debt > largestDebt + 1e-9) {
        largestDebt = debt
        next = index
      }
    })
    dealt[next] = (dealt[next] ?? 0) + 1
    return groups[next]?.id ?? ''
  })
}
