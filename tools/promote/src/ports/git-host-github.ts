import { exitCodes, PromoteError } from '../errors.ts'
import type {
  Change,
  Commit,
  CommitRequest,
  CommitResult,
  Comparison,
  GitHost,
  PullRequest,
  PullRequestRequest,
  Upserted,
} from './git-host.ts'
import {
  answerLost,
  createGitHubClient,
  type GitHubClient,
  type GitHubOptions,
  type GraphqlProblem,
  GraphqlProblems,
  gitHostError,
  once,
  statusOf,
} from './github-client.ts'
import {
  branchSnapshotQuery,
  commitSnapshotQuery,
  createCommitMutation,
  historyQuery,
} from './github-queries.ts'
import {
  type CommitNode,
  type HistoryNode,
  toChange,
  toCommit,
  toPullRequest,
  toSnapshot,
} from './github-shapes.ts'

/** GitHub, or anything that answers like it. */
export class GitHubGitHost implements GitHost {
  readonly defaultBranch = 'main'
  private readonly client: GitHubClient
  private readonly where: { owner: string; repo: string }
  private readonly options: GitHubOptions

  constructor(options: GitHubOptions) {
    this.options = options
    this.client = createGitHubClient(options)
    this.where = { owner: options.owner, repo: options.repository }
  }

  async snapshot(at: { branch: string } | { commit: string }, paths: readonly string[]) {
    const inputs = Object.fromEntries(paths.map((path, index) => [`path${index}`, path]))
    const base = { owner: this.where.owner, name: this.where.repo, ...inputs }
    const answer = await this.graphql<{
      repository: { ref?: { target: CommitNode } | null; object?: CommitNode } | null
    }>(
      `read ${paths.length} files of ${this.slug()}`,
      'branch' in at ? branchSnapshotQuery(paths.length) : commitSnapshotQuery(paths.length),
      'branch' in at ? { ...base, ref: `refs/heads/${at.branch}` } : { ...base, oid: at.commit },
    )
    if (answer.repository === null) throw this.noRepository()
    const commit = 'branch' in at ? answer.repository.ref?.target : answer.repository.object
    return commit === undefined || commit === null ? null : toSnapshot(commit, paths)
  }

  async lastChange(branch: string, path: string): Promise<Commit | null> {
    const { data } = await this.ask(`read the history of ${path}`, () =>
      this.client.rest.repos.listCommits({ ...this.where, sha: branch, path, per_page: 1 }),
    )
    return data[0] === undefined ? null : toCommit(data[0])
  }

  async history(branch: string, path: string, limit: number): Promise<Change[]> {
    const answer = await this.graphql<{
      repository: { ref: { target: { history: { nodes: HistoryNode[] } } } | null } | null
    }>(`read the history of ${path}`, historyQuery, {
      owner: this.where.owner,
      name: this.where.repo,
      ref: `refs/heads/${branch}`,
      path,
      limit,
    })
    if (answer.repository === null) throw this.noRepository()
    return (answer.repository.ref?.target.history.nodes ?? []).map((node) => toChange(node, path, branch))
  }

  async compare(base: string, head: string): Promise<Comparison> {
    const url = `${this.options.serverUrl}/${this.slug()}/compare/${base}...${head}`
    try {
      const { data } = await this.client.rest.repos.compareCommitsWithBasehead({
        ...this.where,
        basehead: `${base}...${head}`,
      })
      const files = data.files ?? []
      return {
        relation: data.status,
        commits: data.commits.map(toCommit),
        truncated: data.total_commits > data.commits.length || files.length >= 300,
        changed: files.map((file) => file.filename),
        added: files.flatMap((file) => (file.status === 'added' ? [file.filename] : [])),
        url,
      }
    } catch (error) {
      if (statusOf(error) !== 404) throw gitHostError(`compare ${base} with ${head}`, error)
      return { relation: 'unknown', commits: [], truncated: false, changed: [], added: [], url }
    }
  }

  async commit(request: CommitRequest): Promise<CommitResult> {
    const input = {
      branch: { repositoryNameWithOwner: this.slug(), branchName: request.branch },
      expectedHeadOid: request.expectedHead,
      message: { headline: request.headline, body: request.body },
      fileChanges: {
        additions: request.files.flatMap(({ path, text }) =>
          text === null ? [] : [{ path, contents: Buffer.from(text, 'utf8').toString('base64') }],
        ),
        deletions: request.files.flatMap(({ path, text }) => (text === null ? [{ path }] : [])),
      },
    }
    try {
      const answer = await this.send<{ createCommitOnBranch: { commit: { oid: string } } }>(
        createCommitMutation,
        { input },
        once,
      )
      return { kind: 'committed', sha: answer.createCommitOnBranch.commit.oid }
    } catch (error) {
      if (isStale(error)) return { kind: 'moved' }
      if (!answerLost(error)) throw gitHostError(`commit to ${request.branch}`, error)
      return this.afterLostCommit(request, error)
    }
  }

  /** The answer was lost: the commit is there exactly when the branch moved and holds what we sent. */
  private async afterLostCommit(request: CommitRequest, error: unknown): Promise<CommitResult> {
    const now = await this.snapshot(
      { branch: request.branch },
      request.files.map(({ path }) => path),
    )
    if (now === null || now.revision === request.expectedHead)
      throw gitHostError(`commit to ${request.branch}`, error)
    const written = request.files.every(({ path, text }) => now.files.get(path) === text)
    return written ? { kind: 'committed', sha: now.revision } : { kind: 'moved' }
  }

  async setBranch(branch: string, commit: string, exists: boolean): Promise<void> {
    const [first, second] = exists
      ? [this.moveBranch, this.createBranch]
      : [this.createBranch, this.moveBranch]
    try {
      await first.call(this, branch, commit)
    } catch (error) {
      // GitHub answers 422 both to creating a branch that is there and to moving one that is not.
      if (![404, 409, 422].includes(statusOf(error) ?? 0) && !answerLost(error))
        throw gitHostError(`set branch ${branch}`, error)
      await this.ask(`set branch ${branch}`, () => second.call(this, branch, commit))
    }
  }

  private async createBranch(branch: string, sha: string): Promise<void> {
    await this.client.rest.git.createRef({ ...this.where, ref: `refs/heads/${branch}`, sha, ...once })
  }

  private async moveBranch(branch: string, sha: string): Promise<void> {
    await this.client.rest.git.updateRef({ ...this.where, ref: `heads/${branch}`, sha, force: true })
  }

  async deleteBranch(branch: string): Promise<void> {
    try {
      await this.client.rest.git.deleteRef({ ...this.where, ref: `heads/${branch}` })
    } catch (error) {
      const status = statusOf(error)
      if (status !== 404 && status !== 422) throw gitHostError(`delete branch ${branch}`, error)
    }
  }

  async openPullRequest(branch: string): Promise<PullRequest | null> {
    const { data } = await this.ask(`look for the pull request of ${branch}`, () =>
      this.client.rest.pulls.list({
        ...this.where,
        state: 'open',
        base: this.defaultBranch,
        head: `${this.where.owner}:${branch}`,
        per_page: 1,
      }),
    )
    return data[0] === undefined ? null : toPullRequest(data[0])
  }

  async upsertPullRequest(request: PullRequestRequest, known?: PullRequest | null): Promise<Upserted> {
    const found = known === undefined ? await this.openPullRequest(request.branch) : known
    if (found !== null) return this.updatePullRequest(found, request)
    try {
      const { data } = await this.client.rest.pulls.create({
        ...this.where,
        base: this.defaultBranch,
        head: request.branch,
        title: request.title,
        body: request.body,
        ...once,
      })
      return { pullRequest: toPullRequest(data), change: 'opened' }
    } catch (error) {
      const there =
        statusOf(error) === 422 || answerLost(error) ? await this.openPullRequest(request.branch) : null
      if (there === null) throw gitHostError(`open the pull request of ${request.branch}`, error)
      const { pullRequest } = await this.updatePullRequest(there, request)
      return { pullRequest, change: 'opened' }
    }
  }

  private async updatePullRequest(
    found: PullRequest,
    { title, body }: PullRequestRequest,
  ): Promise<Upserted> {
    if (found.title === title && found.body === body) return { pullRequest: found, change: 'unchanged' }
    const { data } = await this.ask(`update pull request ${found.number}`, () =>
      this.client.rest.pulls.update({ ...this.where, pull_number: found.number, title, body }),
    )
    return { pullRequest: toPullRequest(data), change: 'updated' }
  }

  commitUrl(commit: string): string {
    return `${this.options.serverUrl}/${this.slug()}/commit/${commit}`
  }

  private slug(): string {
    return `${this.where.owner}/${this.where.repo}`
  }

  private graphql<T>(what: string, query: string, variables: Record<string, unknown>): Promise<T> {
    return this.ask(what, () => this.send<T>(query, variables))
  }

  /** GraphQL has its own address, which need not be below the REST one; errors come with status 200. */
  private async send<T>(query: string, variables: Record<string, unknown>, extra = {}): Promise<T> {
    const { data } = await this.client.request(`POST ${this.options.graphqlUrl}`, {
      query,
      variables,
      ...extra,
    })
    const answer = data as { data?: T; errors?: GraphqlProblem[] }
    if (typeof answer !== 'object' || answer === null) throw new Error('the answer is not JSON')
    if (answer.errors !== undefined && answer.errors.length > 0) throw new GraphqlProblems(answer.errors)
    if (answer.data === undefined || answer.data === null) throw new Error('the answer has no data')
    return answer.data
  }

  private async ask<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request()
    } catch (error) {
      throw gitHostError(what, error)
    }
  }

  private noRepository(): PromoteError {
    return new PromoteError({
      code: 'git-host-not-found',
      message: `${this.slug()} is not on ${this.options.apiUrl}, or the token may not see it`,
      remedy: 'Check GITHUB_REPOSITORY, GITHUB_API_URL and the token.',
      exitCode: exitCodes.failed,
    })
  }
}

/** GitHub says STALE_DATA when the branch is not at expectedHeadOid any more. */
function isStale(error: unknown): boolean {
  if (!(error instanceof GraphqlProblems)) return false
  return error.problems.some(
    ({ type, message }) => type === 'STALE_DATA' || /expected branch to point to/i.test(message),
  )
}
