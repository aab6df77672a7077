import type { Rule } from '../promotion-plan.ts'

/** Nobody has held the environment that the release would go to. */
export const notHeld: Rule = ({ hold, step }) => {
  const rule = 'not-held'
  if (hold === null) return { rule, verdict: 'pass', reason: `${step.to} is not held` }
  return {
    rule,
    verdict: 'refuse',
    reason: `${step.to} is held: ${hold.reason}`,
    remedy: `When the reason is gone: npm run promote -- release-hold ${step.to}`,
  }
}
