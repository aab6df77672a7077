import type { Rule } from '../promotion-plan.ts'
import { neverReleased } from '../release.ts'

/** There is something to promote. */
export const sourceIsReleased: Rule = ({ source, step, workload }) =>
  neverReleased(source)
    ? {
        rule: 'source-is-released',
        verdict: 'refuse',
        reason: `${step.from} of ${workload} was never released`,
        remedy: `Let a build of main reach ${step.from} first (the build workflow runs promote bump).`,
      }
    : {
        rule: 'source-is-released',
        verdict: 'pass',
        reason: `${step.from} runs ${source.commit.slice(0, 7)}`,
      }
