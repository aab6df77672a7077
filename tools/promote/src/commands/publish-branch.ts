import { PromoteError } from '../errors.ts'
import type { GitHost, PullRequest } from '../ports/git-host.ts'

export type BranchContent = {
  branch: string
  /** The commit of main that the branch's one commit stands on. */
  base: string
  path: string
  text: string
  headline: string
  body: string
}

/**
 * Makes a promotion's branch one commit on top of main that holds the file. Safe to repeat after a crash at any point.
 * A branch with an open pull request is replaced in one step, made aside first: were it ever level with main, GitHub
 * would close the pull request. Answers the pull request that is open on the branch.
 */
export async function publishBranch(gitHost: GitHost, content: BranchContent): Promise<PullRequest | null> {
  const { branch, path, text } = content
  const aside = `${branch}.next`
  const [now, open] = await Promise.all([
    gitHost.snapshot({ branch }, [path]),
    gitHost.openPullRequest(branch),
  ])
  if (now !== null && now.files.get(path) === text && (await stillFits(gitHost, content, now.revision))) {
    if ((await gitHost.snapshot({ branch: aside }, [])) !== null) await gitHost.deleteBranch(aside)
  } else if (open === null) {
    if (now !== null) await gitHost.deleteBranch(aside)
    if (now?.revision !== content.base) await gitHost.setBranch(branch, content.base, now !== null)
    await commit(gitHost, content, branch)
  } else {
    await gitHost.setBranch(aside, content.base, false)
    await gitHost.setBranch(branch, await commit(gitHost, content, aside), true)
    await gitHost.deleteBranch(aside)
  }
  return open
}

/** The branch holds what it should, has not swept anything else in, and main has not changed the file under it. */
async function stillFits(
  gitHost: GitHost,
  { base, path }: BranchContent,
  revision: string,
): Promise<boolean> {
  const [ours, theirs] = await Promise.all([gitHost.compare(base, revision), gitHost.compare(revision, base)])
  return ours.changed.length === 1 && ours.changed[0] === path && !theirs.changed.includes(path)
}

async function commit(gitHost: GitHost, content: BranchContent, branch: string): Promise<string> {
  const { base, path, text, headline, body } = content
  const result = await gitHost.commit({ branch, expectedHead: base, headline, body, files: [{ path, text }] })
  if (result.kind === 'committed') return result.sha
  throw new PromoteError({
    code: 'branch-contended',
    message: `${branch} was written by another run at the same time`,
    remedy: 'Run the command again: it starts from what is there now.',
  })
}
