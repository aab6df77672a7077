import { readEntry } from '../git/objects.ts'
import { branchTip, compareAndSetRef } from '../git/refs.ts'
import { type FileChanges, treeWithChanges, writeCommit } from '../git/write.ts'
import type { Actor, Hub } from '../hub.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { Repository } from '../state/repository.ts'
import { announce, followUpdates } from './follow.ts'

export interface BranchCommit {
  /** Without refs/heads/. */
  readonly branch: string
  readonly expectedHeadOid: string
  readonly message: string
  readonly changes: FileChanges
}

export type BranchCommitResult =
  | { readonly done: true; readonly oid: string }
  /** Somebody else's commit is there; `actual` is where the branch stands now. */
  | { readonly done: false; readonly actual: string }

/** The address by which GitHub credits a login without telling its mailbox. */
export function identityOf(actor: Actor) {
  return { name: actor.login, email: `${actor.login}@users.noreply.github.com` }
}

export const GITHUB_COMMITTER = { name: 'GitHub', email: 'noreply@github.com' }

/** One commit on a branch, if the branch still stands where the caller believes it does. */
export async function commitOnBranch(
  hub: Hub,
  repository: Repository,
  actor: Actor,
  wanted: BranchCommit,
): Promise<BranchCommitResult> {
  const { gitDir } = repository
  const ref = `refs/heads/${wanted.branch}`
  const before = wanted.expectedHeadOid
  const outcome = await repository.change(async (state) => {
    const actual = await branchTip(repository.gitDir, wanted.branch)
    if (actual === undefined) throw notFound()
    if (actual !== before) return { done: false as const, actual }
    for (const { path } of wanted.changes.deletions) {
      if (await readEntry(gitDir, before, path)) continue
      throw new Refusal(
        422,
        `A path was requested for deletion which does not exist as of commit oid \`${before}\`: ${path}`,
      )
    }
    const tree = await treeWithChanges(gitDir, before, wanted.changes)
    const author = identityOf(actor)
    const commit = { tree, parents: [before], message: wanted.message, author, committer: GITHUB_COMMITTER }
    const after = await writeCommit(gitDir, commit)
    if (!(await compareAndSetRef(gitDir, ref, before, after))) {
      return { done: false as const, actual: (await branchTip(repository.gitDir, wanted.branch)) ?? '' }
    }
    const changes = await followUpdates(repository, state, actor.login, [{ ref, before, after }])
    return { done: true as const, oid: after, changes }
  })
  if (!outcome.done) return outcome
  await announce(hub, repository, actor.login, [{ ref, before, after: outcome.oid }], outcome.changes)
  return { done: true, oid: outcome.oid }
}
