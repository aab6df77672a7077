import { messageOf } from '../problem.ts'
import { withTimeout } from '../timeout.ts'

/** One thing that must work before a process may get traffic. Rejects with the reason when it does not. */
export type Check = () => Promise<unknown>
export type Checks = Record<string, Check>

export interface Readiness {
  status: 'ok' | 'failed' | 'shutting down'
  /** Per check: `ok`, or the reason why not. */
  checks: Record<string, string>
}

/** Runs every check at once; one that takes longer than `limit` milliseconds has failed. */
export async function runChecks(checks: Checks, limit: number): Promise<Readiness> {
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await withTimeout(check(), limit, 'no answer')
        return [name, 'ok'] as const
      } catch (error) {
        return [name, messageOf(error)] as const
      }
    }),
  )
  const failed = outcomes.some(([, outcome]) => outcome !== 'ok')
  return { status: failed ? 'failed' : 'ok', checks: Object.fromEntries(outcomes) }
}
