/** A commit on the git host. `sha` is 40 hex digits, `date` ISO 8601. */
export type Commit = { sha: string; subject: string; author: string; date: string; url: string }

/**
 * A commit that changed one file. `message` is whole, `text` the file after it (null: removed), `pullRequest` the one
 * that brought it to the default branch, when there was one.
 */
export type Change = Commit & {
  message: string
  text: string | null
  pullRequest: { number: number; url: string } | null
}

/** One state of the repository: a commit and the texts of the files asked for (null: no such file). */
export type Snapshot = { revision: string; files: ReadonlyMap<string, string | null> }

/**
 * How `head` relates to `base`: ahead (head contains base), behind (base contains head), identical, diverged;
 * unknown when the host does not know one of them. `commits` and `added` are those that head has and base has not.
 */
export type Comparison = {
  relation: 'identical' | 'ahead' | 'behind' | 'diverged' | 'unknown'
  commits: Commit[]
  /** True when the host listed only the first of many commits or files. */
  truncated: boolean
  /** Paths that differ between head and what it has in common with base; `added` those that are new in head. */
  changed: string[]
  added: string[]
  /** Web page of the comparison. */
  url: string
}

export type CommitRequest = {
  branch: string
  /** The commit that the branch must still point at. */
  expectedHead: string
  headline: string
  body: string
  /** Whole files; null removes one, which must be there. */
  files: { path: string; text: string | null }[]
}

export type CommitResult = { kind: 'committed'; sha: string } | { kind: 'moved' }

export type PullRequest = {
  number: number
  url: string
  title: string
  body: string
  branch: string
  state: 'open' | 'merged' | 'closed'
}

export type PullRequestRequest = { branch: string; title: string; body: string }

export type Upserted = { pullRequest: PullRequest; change: 'opened' | 'updated' | 'unchanged' }

/**
 * The repository on its host, in the words of a promotion. Writes are safe to repeat: after a lost answer each looks
 * before it writes again. All methods throw PromoteError with a code that starts with `git-host-`.
 */
export interface GitHost {
  /** The files at the head of a branch (`{ branch }`) or at a commit (`{ commit }`), read as one state; null: no such branch or commit. */
  snapshot(at: { branch: string } | { commit: string }, paths: readonly string[]): Promise<Snapshot | null>
  /** The newest commit on a branch that changed a path. */
  lastChange(branch: string, path: string): Promise<Commit | null>
  /**
   * The commits on a branch that changed a path, newest first; none for a branch or a path that is not there.
   * @param limit how many at most, 1 to 100
   */
  history(branch: string, path: string, limit: number): Promise<Change[]>
  compare(base: string, head: string): Promise<Comparison>
  /** Writes and removes whole files on top of `expectedHead`, or says that the branch has moved. Never overwrites. */
  commit(request: CommitRequest): Promise<CommitResult>
  /**
   * Makes the branch point at a commit, creating it when needed.
   * @param exists what the caller believes; a wrong guess costs a request and nothing else
   */
  setBranch(branch: string, commit: string, exists: boolean): Promise<void>
  /** Removes a branch; no error when it is gone. */
  deleteBranch(branch: string): Promise<void>
  /** The open pull request from a branch into the default branch. */
  openPullRequest(branch: string): Promise<PullRequest | null>
  /**
   * Opens the pull request of a branch, or brings the open one up to date. Never two.
   * @param known what `openPullRequest` answered a moment ago, to spare asking again
   */
  upsertPullRequest(request: PullRequestRequest, known?: PullRequest | null): Promise<Upserted>
  /** Web page of a commit, or of a comparison, for people. */
  commitUrl(commit: string): string
  readonly defaultBranch: string
}
