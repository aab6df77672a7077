import type { Repository } from '../state/repository.ts'
import type { PullRequest } from '../state/schema.ts'

export interface Check {
  readonly name: string
  readonly state: 'success' | 'pending' | 'failure'
  readonly description: string
  readonly url: string | undefined
  /** Whether the base branch demands it. */
  readonly required: boolean
}

const PASSING = new Set(['success', 'neutral', 'skipped'])

/** The newest status of each context and the newest check run of each name, for one commit. */
function reported(repository: Repository, oid: string): Map<string, Omit<Check, 'required'>> {
  const checks = new Map<string, Omit<Check, 'required'>>()
  for (const status of repository.state.statuses) {
    if (status.oid !== oid) continue
    const state = status.state === 'error' ? 'failure' : status.state
    checks.set(status.context, {
      name: status.context,
      state,
      description: status.description ?? '',
      url: status.targetUrl ?? undefined,
    })
  }
  for (const run of repository.state.checkRuns) {
    if (run.oid !== oid) continue
    const finished = PASSING.has(run.conclusion ?? '') ? 'success' : 'failure'
    checks.set(run.name, {
      name: run.name,
      state: run.status === 'completed' ? finished : 'pending',
      description: run.title ?? run.summary ?? '',
      url: run.detailsUrl ?? undefined,
    })
  }
  return checks
}

/** Every check that matters to a pull request: those reported for its head, and required ones still missing. */
export function checksOf(repository: Repository, pull: PullRequest): Check[] {
  const required = repository.state.requiredChecks[pull.baseRef] ?? []
  const checks = reported(repository, pull.headOid)
  const missing = required.filter((name) => !checks.has(name))
  return [
    ...[...checks.values()].map((check) => ({ ...check, required: required.includes(check.name) })),
    ...missing.map((name) => ({
      name,
      state: 'pending' as const,
      description: 'Expected: waiting for it to be reported',
      url: undefined,
      required: true,
    })),
  ]
}
