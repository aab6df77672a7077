import { shortCommit } from '../image.ts'
import { count } from '../markdown.ts'
import type { RuleVerdict } from '../promotion-plan.ts'
import type { RollbackFacts, RollbackRule } from '../rollback-plan.ts'
import { digestsExist } from './digests-exist.ts'

/** The registry still has the images of the release to go back to. */
const imagesAreThere: RollbackRule = (facts) => {
  const verdict = digestsExist(facts)
  if (verdict.verdict !== 'refuse') return verdict
  const other = `npm run promote -- history ${facts.environment}`
  return { ...verdict, remedy: `Go back to another release with --to (${other}), or roll forward.` }
}

/** It is a way back: a release that contains everything that ran since is a promotion's business. */
const goesBack: RollbackRule = ({ source, target, later, environment }) => {
  const rule = 'goes-back'
  const [from, to] = [shortCommit(target.commit), shortCommit(source.commit)]
  if (later[0]?.comparison.relation !== 'behind')
    return { rule, verdict: 'pass', reason: `${environment} ran ${to} before ${from}` }
  return {
    rule,
    verdict: 'refuse',
    reason: `${to} is newer than ${from}, which ${environment} runs now`,
    remedy: `Take it forward by a promotion: its migrations and gates are judged there.`,
  }
}

/**
 * The live schema is ahead of the release: what later releases added it can live with, what they took away it can not.
 * Source of the rule: a contract migration removes what the code before it still reads.
 */
const schemaFits: RollbackRule = ({ source, later }) => {
  const rule = 'schema-fits'
  const to = shortCommit(source.commit)
  const all = later.flatMap(({ migrations }) => migrations)
  const blocking = [
    ...new Map(all.filter((one) => one.class !== 'expand').map((one) => [one.name, one])).values(),
  ]
  if (blocking.length > 0)
    return {
      rule,
      verdict: 'refuse',
      reason: blocking.map((one) => `${one.name} ${why[one.class]} ${to}`).join('; '),
      remedy: 'Correct it and roll forward, or restore the snapshot (docs/runbooks/database.md).',
    }
  const unsure = later.find(({ comparison }) => comparison.relation === 'unknown' || comparison.truncated)
  if (unsure !== undefined)
    return {
      rule,
      verdict: 'note',
      reason: `not all changes between ${to} and ${shortCommit(unsure.release.commit)} are known; look through the migrations by hand`,
    }
  const names = new Set(all.map(({ name }) => name))
  const reason =
    names.size === 0
      ? 'no migration since'
      : `${count(names.size, 'migration')} since, expand; the schema stays ahead`
  return { rule, verdict: 'pass', reason }
}

const why = {
  expand: 'is needed by',
  contract: '(contract) took away what is needed by',
  unclassified: 'does not say whether it took something away from',
} as const

/** A hold stops releases that come in; going back is what it is often there for. */
const heldMeanwhile: RollbackRule = ({ environment, hold, followsMain }) => {
  const rule = 'stays-back'
  if (hold !== null) return { rule, verdict: 'pass', reason: `${environment} is held: ${hold.reason}` }
  const comes = followsMain ? 'the next build of main' : 'the next promotion'
  return { rule, verdict: 'note', reason: `${environment} is not held: ${comes} brings a newer release` }
}

/** Every rule that a rollback is judged by. */
export const rollbackRules: readonly RollbackRule[] = [imagesAreThere, goesBack, schemaFits, heldMeanwhile]

export function judgeRollback(facts: RollbackFacts): RuleVerdict[] {
  return rollbackRules.map((rule) => rule(facts))
}
