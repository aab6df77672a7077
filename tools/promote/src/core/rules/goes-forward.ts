import { shortCommit } from '../image.ts'
import type { Rule } from '../promotion-plan.ts'

/** A promotion never takes the target back to an older commit: that is a rollback, and asks other questions. */
export const goesForward: Rule = ({ comparison, source, target, step }) => {
  const rule = 'goes-forward'
  if (comparison === null) return { rule, verdict: 'pass', reason: `the first release of ${step.to}` }
  const [from, to] = [shortCommit(target.commit), shortCommit(source.commit)]
  if (comparison.relation === 'behind')
    return {
      rule,
      verdict: 'refuse',
      reason: `${step.from} runs ${to}, which is older than ${from} in ${step.to}`,
      remedy: `Bring ${step.from} forward first; to take ${step.to} back, use: rollback ${step.to}`,
    }
  if (comparison.relation === 'ahead' || comparison.relation === 'identical')
    return { rule, verdict: 'pass', reason: `${to} contains ${from}` }
  return { rule, verdict: 'note', reason: `${to} does not contain ${from} (${comparison.relation} history)` }
}
