import { readCommit } from '../git/objects.ts'
import { branchTip, compareAndSetRef, isAncestor } from '../git/refs.ts'
import { mergeTrees, writeCommit } from '../git/write.ts'
import type { Actor, Hub } from '../hub.ts'
import { Refusal } from '../refusal.ts'
import type { Repository } from '../state/repository.ts'
import type { PullRequest, RepositoryState } from '../state/schema.ts'
import { checksOf } from './checks.ts'
import { GITHUB_COMMITTER, identityOf } from './commit.ts'
import { announce, closePull, followUpdates } from './follow.ts'
import { findPull } from './pulls.ts'

export interface MergeRequest {
  readonly method: 'merge' | 'squash'
  /** Merge only if the head is exactly this commit. */
  readonly expectedHead?: string | undefined
  readonly title?: string | undefined
  readonly message?: string | undefined
}

/** Why a pull request cannot be merged now, in a person's words; undefined when it can. */
export async function mergeBlocker(repository: Repository, pull: PullRequest): Promise<string | undefined> {
  if (pull.mergedAt !== null) return 'It is already merged.'
  if (pull.state !== 'open') return 'It is closed.'
  if (pull.draft) return 'It is a draft.'
  const base = await branchTip(repository.gitDir, pull.baseRef)
  if (!base) return `Its base branch ${pull.baseRef} does not exist.`
  if (await isAncestor(repository.gitDir, pull.headOid, base)) return 'It has nothing to merge.'
  const merged = await mergeTrees(repository.gitDir, base, pull.headOid)
  if (!merged.clean) return `It conflicts with ${pull.baseRef}.`
  const check = checksOf(repository, pull).find((one) => one.required && one.state !== 'success')
  if (!check) return undefined
  const failed = check.state === 'failure' ? 'has failed' : 'has not succeeded yet'
  return `The required check “${check.name}” ${failed}.`
}

function defaultMessage(repository: Repository, pull: PullRequest, request: MergeRequest): string {
  const merge = request.method === 'merge'
  const source = `${repository.owner}/${pull.headRef}`
  const title =
    request.title ??
    (merge ? `Merge pull request #${pull.number} from ${source}` : `${pull.title} (#${pull.number})`)
  const message = request.message ?? (merge ? pull.title : '')
  return message === '' ? `${title}\n` : `${title}\n\n${message}\n`
}

async function writeMerge(
  repository: Repository,
  actor: Actor,
  pull: PullRequest,
  base: string,
  request: MergeRequest,
): Promise<string> {
  const { gitDir } = repository
  const merged = await mergeTrees(gitDir, base, pull.headOid)
  if (!merged.clean) throw new Refusal(405, 'Pull Request is not mergeable')
  const squash = request.method === 'squash'
  const author = squash ? (await readCommit(gitDir, pull.headOid)).author : identityOf(actor)
  return writeCommit(gitDir, {
    tree: merged.tree,
    parents: squash ? [base] : [base, pull.headOid],
    message: defaultMessage(repository, pull, request),
    author: { name: author.name, email: author.email },
    committer: GITHUB_COMMITTER,
  })
}

/** The open pull request in the draft state, at the commit its branch stands at now. */
async function mergeCandidate(
  repository: Repository,
  state: RepositoryState,
  number: number,
): Promise<PullRequest> {
  findPull(repository, number)
  const pull = state.pulls.find((one) => one.number === number)
  if (!pull) throw new Refusal(404, 'Not Found')
  if (pull.state === 'open') pull.headOid = (await branchTip(repository.gitDir, pull.headRef)) ?? pull.headOid
  return pull
}

/**
 * Merges a pull request and returns the new commit. Refuses with 409 when the head is not the expected one or the
 * base moved meanwhile, with 405 when it cannot be merged.
 */
export async function mergePull(
  hub: Hub,
  repository: Repository,
  actor: Actor,
  number: number,
  request: MergeRequest,
): Promise<string> {
  const done = await repository.change(async (state) => {
    const pull = await mergeCandidate(repository, state, number)
    if (request.expectedHead !== undefined && request.expectedHead !== pull.headOid) {
      throw new Refusal(409, 'Head branch was modified. Review and try the merge again.')
    }
    const blocker = await mergeBlocker(repository, pull)
    if (blocker) throw new Refusal(405, `Pull Request is not mergeable: ${blocker}`)
    const before = (await branchTip(repository.gitDir, pull.baseRef)) ?? ''
    const after = await writeMerge(repository, actor, pull, before, request)
    const ref = `refs/heads/${pull.baseRef}`
    if (!(await compareAndSetRef(repository.gitDir, ref, before, after))) {
      throw new Refusal(409, 'Base branch was modified. Review and try the merge again.')
    }
    pull.baseOid = before
    closePull(pull, { oid: after, login: actor.login })
    const update = { ref, before, after }
    const followed = await followUpdates(repository, state, actor.login, [update])
    const merged = { action: 'closed' as const, number, before: pull.headOid }
    return { oid: after, updates: [update], changes: [merged, ...followed] }
  })
  await announce(hub, repository, actor.login, done.updates, done.changes)
  return done.oid
}
