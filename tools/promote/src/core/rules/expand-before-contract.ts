import { count } from '../markdown.ts'
import type { Rule } from '../promotion-plan.ts'

/**
 * Every migration says its class, and an expand and a contract step never travel together: while one is applied the
 * old release still runs, and it needs what the contract step takes away.
 */
export const expandBeforeContract: Rule = ({ migrations, step, comparison, target }) => {
  const rule = 'expand-before-contract'
  if (step.gates.migrations === 'off')
    return { rule, verdict: 'note', reason: 'switched off in promotion.yaml' }
  if (comparison === null) return { rule, verdict: 'pass', reason: 'no release runs there yet' }
  if (comparison.relation === 'unknown' || comparison.truncated)
    return {
      rule,
      verdict: 'note',
      reason: `not all changes since ${target.commit.slice(0, 7)} are known; look through the migrations by hand`,
    }
  const named = (kind: string) => migrations.filter((one) => one.class === kind).map((one) => one.name)
  const [unclassified, expand, contract] = [named('unclassified'), named('expand'), named('contract')]
  if (unclassified.length > 0)
    return {
      rule,
      verdict: 'refuse',
      reason: `${unclassified.join(', ')} does not say its class`,
      remedy: 'Write "-- migration: expand" or "-- migration: contract" in its first line.',
    }
  if (expand.length > 0 && contract.length > 0)
    return {
      rule,
      verdict: 'refuse',
      reason: `${expand.join(', ')} (expand) and ${contract.join(', ')} (contract) in one promotion`,
      remedy: `Promote a release before ${contract[0]} first, then this one.`,
    }
  const kind = contract.length > 0 ? 'contract' : 'expand'
  const reason =
    migrations.length === 0 ? 'no migration' : `${count(migrations.length, 'migration')}, ${kind}`
  return { rule, verdict: 'pass', reason }
}
