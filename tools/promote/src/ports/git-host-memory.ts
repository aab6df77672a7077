import { createHash } from 'node:crypto'
import { PromoteError } from '../errors.ts'
import type {
  Change,
  Commit,
  CommitRequest,
  CommitResult,
  Comparison,
  GitHost,
  PullRequest,
  PullRequestRequest,
  Snapshot,
  Upserted,
} from './git-host.ts'

type Stored = Commit & { parent: string | null; body: string; files: ReadonlyMap<string, string> }

/** A repository in memory that keeps GitHub's promises; for tests. */
export class MemoryGitHost implements GitHost {
  readonly defaultBranch = 'main'
  readonly commits = new Map<string, Stored>()
  readonly branches = new Map<string, string>()
  readonly pullRequests: PullRequest[] = []
  /** Commit on main → the pull request that was merged as it. */
  private readonly merged = new Map<string, PullRequest>()

  constructor(files: Record<string, string> = {}) {
    this.branches.set('main', this.store(null, 'Start', '', new Map(Object.entries(files))))
  }

  /** A person's commit: changes files on a branch (null removes one) and answers its id. */
  push(branch: string, subject: string, changes: Record<string, string | null>): string {
    const head = this.branches.get(branch) ?? this.branches.get('main') ?? null
    const files = new Map(head === null ? [] : this.commits.get(head)?.files)
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) files.delete(path)
      else files.set(path, text)
    }
    const sha = this.store(head, subject, '', files)
    this.branches.set(branch, sha)
    return sha
  }

  /** A person merges: the pull request's branch becomes one new commit on main. */
  merge(number: number): string {
    const found = this.pullRequests.find((one) => one.number === number)
    const head = found && this.branches.get(found.branch)
    if (found === undefined || head === undefined) throw new Error(`no pull request ${number}`)
    const sha = this.push('main', found.title, Object.fromEntries(this.commits.get(head)?.files ?? []))
    found.state = 'merged'
    this.merged.set(sha, found)
    return sha
  }

  async snapshot(
    at: { branch: string } | { commit: string },
    paths: readonly string[],
  ): Promise<Snapshot | null> {
    const revision = 'branch' in at ? this.branches.get(at.branch) : at.commit
    const commit = revision === undefined ? undefined : this.commits.get(revision)
    if (commit === undefined) return null
    return {
      revision: commit.sha,
      files: new Map(paths.map((path) => [path, commit.files.get(path) ?? null])),
    }
  }

  async lastChange(branch: string, path: string): Promise<Commit | null> {
    return this.changes(branch, path)[0] ?? null
  }

  async history(branch: string, path: string, limit: number): Promise<Change[]> {
    return this.changes(branch, path)
      .slice(0, limit)
      .map(({ sha, subject, body, author, date, url, files }) => {
        const { number, url: page } = this.merged.get(sha) ?? {}
        const pullRequest = number === undefined || page === undefined ? null : { number, url: page }
        const message = body === '' ? subject : `${subject}\n\n${body}`
        return { sha, subject, message, author, date, url, text: files.get(path) ?? null, pullRequest }
      })
  }

  private changes(branch: string, path: string): Stored[] {
    return this.ancestry(this.branches.get(branch)).filter((commit) => {
      const before = commit.parent === null ? undefined : this.commits.get(commit.parent)
      return before?.files.get(path) !== commit.files.get(path)
    })
  }

  async compare(base: string, head: string): Promise<Comparison> {
    const url = `${this.commitUrl(base)}...${head}`
    const [before, after] = [this.commits.get(base), this.commits.get(head)]
    if (before === undefined || after === undefined)
      return { relation: 'unknown', commits: [], truncated: false, changed: [], added: [], url }
    const [old, now] = [this.ancestry(base), this.ancestry(head)]
    const commits = now.filter((commit) => !old.includes(commit)).reverse()
    const common = now.find((commit) => old.includes(commit)) ?? before
    const paths = [...new Set([...common.files.keys(), ...after.files.keys()])]
    const changed = paths.filter((path) => common.files.get(path) !== after.files.get(path))
    const added = changed.filter((path) => !common.files.has(path))
    const relation =
      base === head
        ? 'identical'
        : now.includes(before)
          ? 'ahead'
          : old.includes(after)
            ? 'behind'
            : 'diverged'
    return { relation, commits, truncated: false, changed, added, url }
  }

  async commit({ branch, expectedHead, headline, body, files }: CommitRequest): Promise<CommitResult> {
    const head = this.branches.get(branch)
    if (head === undefined)
      throw new PromoteError({
        code: 'git-host-not-found',
        message: `no branch ${branch}`,
        remedy: 'Create it.',
      })
    if (head !== expectedHead) return { kind: 'moved' }
    const tree = new Map(this.commits.get(head)?.files)
    for (const { path, text } of files) {
      if (text === null) tree.delete(path)
      else tree.set(path, text)
    }
    const sha = this.store(head, headline, body, tree)
    this.branches.set(branch, sha)
    return { kind: 'committed', sha }
  }

  async setBranch(branch: string, commit: string): Promise<void> {
    if (!this.commits.has(commit))
      throw new PromoteError({
        code: 'git-host-conflict',
        message: `no commit ${commit}`,
        remedy: 'Push it.',
      })
    this.branches.set(branch, commit)
  }

  async deleteBranch(branch: string): Promise<void> {
    this.branches.delete(branch)
  }

  async openPullRequest(branch: string): Promise<PullRequest | null> {
    const found = this.pullRequests.find((one) => one.branch === branch && one.state === 'open')
    return found === undefined ? null : { ...found }
  }

  async upsertPullRequest({ branch, title, body }: PullRequestRequest): Promise<Upserted> {
    const found = this.pullRequests.find((one) => one.branch === branch && one.state === 'open')
    if (found !== undefined) {
      const change = found.title === title && found.body === body ? 'unchanged' : 'updated'
      Object.assign(found, { title, body })
      return { pullRequest: { ...found }, change }
    }
    const number = this.pullRequests.length + 1
    const url = `https://github.example/pull/${number}`
    const pullRequest: PullRequest = { number, url, title, body, branch, state: 'open' }
    this.pullRequests.push(pullRequest)
    return { pullRequest: { ...pullRequest }, change: 'opened' }
  }

  commitUrl(commit: string): string {
    return `https://github.example/commit/${commit}`
  }

  private ancestry(from: string | null | undefined): Stored[] {
    const list: Stored[] = []
    for (let sha = from ?? null; sha !== null; ) {
      const commit = this.commits.get(sha)
      if (commit === undefined) break
      list.push(commit)
      sha = commit.parent
    }
    return list
  }

  private store(parent: string | null, subject: string, body: string, files: Map<string, string>): string {
    const count = this.commits.size
    const sha = createHash('sha1')
      .update(JSON.stringify([parent, subject, body, count]))
      .digest('hex')
    const date = new Date(Date.UTC(2026, 0, 1, 0, count)).toISOString()
    const url = this.commitUrl(sha)
    this.commits.set(sha, { sha, parent, subject, body, author: 'someone', date, url, files })
    return sha
  }
}
