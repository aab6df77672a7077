import { messageOf } from '../problem.ts'
import { askForEvents } from './graphql-request.ts'

export interface CanarySummary {
  requests: number
  failed: number
  /** How many answers each release gave. */
  versions: Record<string, number>
  /** The different reasons of failure, with how often each occurred. */
  reasons: Record<string, number>
  passed: boolean
}

/** At most one request in a hundred may fail. */
const tolerated = 0.01

/**
 * Sends `requests` real queries to `target`, five at a time, and judges the answers.
 * An answer of another release than `expectedVersion` is a failure: it says nothing about the one to be judged.
 */
export async function checkCanary(
  target: string,
  expectedVersion: string,
  requests: number,
): Promise<CanarySummary> {
  const versions: Record<string, number> = {}
  const reasons: Record<string, number> = {}
  let sent = 0
  const client = async () => {
    while (sent < requests) {
      sent += 1
      try {
        const { version } = await askForEvents(target)
        versions[version] = (versions[version] ?? 0) + 1
        if (version !== expectedVersion) throw new Error(`${version} answered instead of ${expectedVersion}`)
      } catch (error) {
        const reason = reasonOf(error)
        reasons[reason] = (reasons[reason] ?? 0) + 1
      }
    }
  }
  await Promise.all(Array.from({ length: 5 }, client))
  const failed = Object.values(reasons).reduce((sum, count) => sum + count, 0)
  return { requests, failed, versions, reasons, passed: failed / requests <= tolerated }
}

/** `fetch failed` alone says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`
}
