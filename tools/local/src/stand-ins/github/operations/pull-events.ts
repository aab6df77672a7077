import { GITHUB } from '../events/payloads.ts'
import type { Hub } from '../hub.ts'
import { pullShape } from '../shapes/pull.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'
import { pullDetails } from './pull-details.ts'

export interface PullEvent {
  readonly action: 'opened' | 'edited' | 'synchronize' | 'closed' | 'reopened'
  readonly number: number
  /** Where the head stood; with synchronize. */
  readonly before?: string
}

/** Sends a pull_request event: https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request */
export async function sendPullEvent(
  hub: Hub,
  repository: Repository,
  login: string,
  event: PullEvent,
): Promise<void> {
  const pull = repository.state.pulls.find((one) => one.number === event.number)
  if (!pull) return
  const details = await pullDetails(repository, pull)
  hub.deliveries.send('pull_request', {
    action: event.action,
    number: event.number,
    ...(event.action === 'synchronize' ? { before: event.before, after: pull.headOid } : {}),
    ...(event.action === 'edited' ? { changes: {} } : {}),
    pull_request: pullShape(GITHUB, repository, pull, details),
    repository: repositoryShape(GITHUB, repository),
    sender: userShape(GITHUB, login),
  })
}
