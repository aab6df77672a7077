import { changedFiles, EMPTY_TREE } from '../git/diff.ts'
import { countCommits } from '../git/objects.ts'
import { branchTip, mergeBase } from '../git/refs.ts'
import { mergeTrees } from '../git/write.ts'
import type { PullDetails } from '../shapes/pull.ts'
import type { Repository } from '../state/repository.ts'
import type { PullRequest } from '../state/schema.ts'
import { checksOf } from './checks.ts'

/** The commits a pull request's diff and commit list are between: where it forked off, and its head. */
export async function pullRange(
  repository: Repository,
  pull: PullRequest,
): Promise<{ base: string; from: string; head: string }> {
  const tip = pull.state === 'open' ? await branchTip(repository.gitDir, pull.baseRef) : undefined
  const base = tip ?? pull.baseOid
  const fork = await mergeBase(repository.gitDir, base, pull.headOid)
  return { base, from: fork ?? EMPTY_TREE, head: pull.headOid }
}

/** The range of commits that would be merged, as git log takes it. */
export function logRange(range: { from: string; head: string }): string {
  return range.from === EMPTY_TREE ? range.head : `${range.from}..${range.head}`
}

function stateOf(repository: Repository, pull: PullRequest, clean: boolean): string {
  if (!clean) return 'dirty'
  if (pull.draft) return 'draft'
  const open = checksOf(repository, pull).filter((check) => check.state !== 'success')
  if (open.some((check) => check.required)) return 'blocked'
  return open.length > 0 ? 'unstable' : 'clean'
}

/** What GitHub computes about a pull request from git and from its checks. */
export async function pullDetails(repository: Repository, pull: PullRequest): Promise<PullDetails> {
  const { gitDir } = repository
  const range = await pullRange(repository, pull)
  const files = await changedFiles(gitDir, range.from, range.head)
  const sum = (pick: 'additions' | 'deletions') => files.reduce((total, file) => total + file[pick], 0)
  const merged = pull.state === 'open' ? await mergeTrees(gitDir, range.base, range.head) : undefined
  return {
    baseOid: range.base,
    mergeable: merged ? merged.clean : null,
    mergeableState: merged ? stateOf(repository, pull, merged.clean) : 'unknown',
    commits: await countCommits(gitDir, logRange(range)),
    additions: sum('additions'),
    deletions: sum('deletions'),
    changedFiles: files.length,
  }
}
