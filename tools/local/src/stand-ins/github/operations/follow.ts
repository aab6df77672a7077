import { pushPayload } from '../events/payloads.ts'
import type { RefUpdate } from '../git/http-backend.ts'
import { isAncestor, listRefs, ZERO_OID } from '../git/refs.ts'
import { git } from '../git/run.ts'
import type { Hub } from '../hub.ts'
import { now, type Repository } from '../state/repository.ts'
import type { PullRequest, RepositoryState } from '../state/schema.ts'
import { sendPullEvent } from './pull-events.ts'

export type PullChange = {
  readonly action: 'synchronize' | 'closed'
  readonly number: number
  readonly before: string
}

/** Keeps what a pull request shows reachable when its branch is gone, under GitHub's name for it. */
export async function keepHead(repository: Repository, pull: PullRequest): Promise<void> {
  await git(repository.gitDir, ['update-ref', `refs/pull/${pull.number}/head`, pull.headOid])
}

/** Closes a pull request; as merged when `mergeOid` says by which commit. */
export function closePull(
  pull: PullRequest,
  merged?: { readonly oid: string; readonly login: string },
): void {
  const instant = now()
  pull.state = 'closed'
  pull.updatedAt = instant
  pull.closedAt = instant
  if (!merged) return
  pull.mergedAt = instant
  pull.mergedBy = merged.login
  pull.mergeOid = merged.oid
}

async function followHead(
  repository: Repository,
  pull: PullRequest,
  after: string,
): Promise<PullChange | undefined> {
  const before = pull.headOid
  if (after === ZERO_OID) {
    closePull(pull)
    return { action: 'closed', number: pull.number, before }
  }
  if (after === before) return undefined
  pull.headOid = after
  pull.updatedAt = now()
  await keepHead(repository, pull)
  return { action: 'synchronize', number: pull.number, before }
}

/** What ref updates mean for open pull requests: a head moved or vanished, or a base came to contain a head. */
export async function followUpdates(
  repository: Repository,
  state: RepositoryState,
  login: string,
  updates: readonly RefUpdate[],
): Promise<PullChange[]> {
  const changes: PullChange[] = []
  state.pushedAt = now()
  for (const { ref, after } of updates) {
    if (!ref.startsWith('refs/heads/')) continue
    const branch = ref.slice('refs/heads/'.length)
    for (const pull of state.pulls.filter((one) => one.state === 'open')) {
      if (pull.headRef === branch) {
        const change = await followHead(repository, pull, after)
        if (change) changes.push(change)
      } else if (pull.baseRef === branch && (await isAncestor(repository.gitDir, pull.headOid, after))) {
        closePull(pull, { oid: after, login })
        changes.push({ action: 'closed', number: pull.number, before: pull.headOid })
      }
    }
  }
  return changes
}

/** Sends the push events of ref updates, then those of the pull requests they changed. */
export async function announce(
  hub: Hub,
  repository: Repository,
  login: string,
  updates: readonly RefUpdate[],
  changes: readonly PullChange[],
): Promise<void> {
  for (const update of updates) {
    hub.log.info(`${repository.fullName}: ${login} moved ${update.ref} to ${update.after.slice(0, 12)}`)
    hub.deliveries.send('push', await pushPayload(repository, login, update))
  }
  for (const change of changes) await sendPullEvent(hub, repository, login, change)
}

/** Everything that follows from refs that git has already moved. */
export async function afterRefUpdates(
  hub: Hub,
  repository: Repository,
  login: string,
  updates: readonly RefUpdate[],
): Promise<void> {
  const changes = await repository.change((state) => followUpdates(repository, state, login, updates))
  await announce(hub, repository, login, updates, changes)
}

/** After a start: open pull requests catch up with branches that moved while nobody was looking. */
export async function reconcilePulls(repository: Repository): Promise<void> {
  const open = repository.state.pulls.filter((pull) => pull.state === 'open')
  if (open.length === 0) return
  const heads = await listRefs(repository.gitDir, 'refs/heads/')
  const tips = new Map(heads.map((ref) => [ref.name, ref.oid]))
  const names = new Set(open.flatMap((pull) => [`refs/heads/${pull.headRef}`, `refs/heads/${pull.baseRef}`]))
  const updates = [...names].map((ref) => ({ ref, before: ZERO_OID, after: tips.get(ref) ?? ZERO_OID }))
  await repository.change((state) => followUpdates(repository, state, repository.owner, updates))
}
