import { createHash } from 'node:crypto'
import { PromoteError } from '../errors.ts'
import type { Change, Commit, PullRequest, Snapshot } from './git-host.ts'

type FileNode = { object: { oid: string; text?: string | null; isTruncated?: boolean } | null } | null
export type CommitNode = ({ oid: string; __typename?: string } & Record<string, unknown>) | null

/** What GitHub's GraphQL API says of a commit and some of its files. */
export function toSnapshot(commit: NonNullable<CommitNode>, paths: readonly string[]): Snapshot {
  const files = new Map<string, string | null>()
  paths.forEach((path, index) => {
    const object = (commit[`file${index}`] as FileNode | undefined)?.object
    // A folder has no text field at all; a binary file has null.
    files.set(path, object?.text === undefined ? null : exactText(path, object))
  })
  return { revision: commit.oid, files }
}

/** GitHub decodes the text; that no byte was lost on the way is proved by the object id that git gives the bytes. */
function exactText(path: string, object: NonNullable<NonNullable<FileNode>['object']>): string {
  const { text } = object
  if (typeof text === 'string' && object.isTruncated !== true) {
    const bytes = Buffer.from(text, 'utf8')
    const id = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
    if (id === object.oid) return text
  }
  throw new PromoteError({
    code: 'file-not-text',
    message: `${path}: is not a small UTF-8 text`,
    remedy: 'Restore the file on main by a pull request; nothing was written.',
  })
}

type RestCommit = {
  sha: string
  html_url: string
  commit: {
    message: string
    author: { name?: string; date?: string } | null
    committer?: { date?: string } | null
  }
  author?: { login?: string } | Record<string, never> | null
}

/** A commit as GitHub's REST API gives it, in this package's words. */
export function toCommit(data: RestCommit): Commit {
  const { commit } = data
  return {
    sha: data.sha,
    subject: commit.message.split('\n')[0] ?? '',
    author: data.author?.login ?? commit.author?.name ?? 'unknown',
    date: commit.committer?.date ?? commit.author?.date ?? '',
    url: data.html_url,
  }
}

export type HistoryNode = {
  oid: string
  message: string
  committedDate: string
  url: string
  author: { name: string | null; user: { login: string } | null } | null
  file0: FileNode
  associatedPullRequests: {
    nodes: ({ number: number; url: string; state: string; baseRefName: string } | null)[] | null
  } | null
}

/** A commit of a file's history as GitHub's GraphQL API gives it, in this package's words. */
export function toChange(node: HistoryNode, path: string, branch: string): Change {
  const merged = (node.associatedPullRequests?.nodes ?? []).find(
    (one) => one?.state === 'MERGED' && one.baseRefName === branch,
  )
  return {
    sha: node.oid,
    subject: node.message.split('\n')[0] ?? '',
    message: node.message,
    author: node.author?.user?.login ?? node.author?.name ?? 'unknown',
    date: node.committedDate,
    url: node.url,
    text: toSnapshot(node, [path]).files.get(path) ?? null,
    pullRequest: merged ? { number: merged.number, url: merged.url } : null,
  }
}

type RestPullRequest = {
  number: number
  html_url: string
  title: string
  body: string | null
  state: string
  merged_at: string | null
  head: { ref: string }
}

/** A pull request as GitHub's REST API gives it, in this package's words. */
export function toPullRequest(data: RestPullRequest): PullRequest {
  const closed = data.merged_at === null ? 'closed' : 'merged'
  return {
    number: data.number,
    url: data.html_url,
    title: data.title,
    body: data.body ?? '',
    branch: data.head.ref,
    state: data.state === 'open' ? 'open' : closed,
  }
}
