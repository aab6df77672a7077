import { PromoteError } from '../errors.ts'
import type { GitHost } from '../ports/git-host.ts'

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
 * would close the pull request.
 */
export async function publishBranch(gitHost: GitHost, content: BranchContent): Promise<void> {
  const { branch, path, text } = content
  const [now, open] = await Promise.all([
    gitHost.snapshot({ branch }, [path]),
    gitHost.openPullRequest(branch),
  ])
  if (now !== null && now.files.get(path) === text && (await stillFits(gitHost, content, now.revision)))
    return
  if (open === null) {
    if (now?.revision !== content.base) await gitHost.setBranch(branch, content.base)
    await commit(gitHost, content, branch)
    return
  }
  const aside = `${branch}.next`
  await gitHost.setBranch(aside, content.base)
  const sha = await commit(gitHost, content, aside)
  await gitHost.setBranch(branch, sha)
  await gitHost.deleteBranch(aside)
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
