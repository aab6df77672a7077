import type { Repository } from '../state/repository.ts'
import type { Comment, PullRequest, Review } from '../state/schema.ts'
import { repositoryPage, repositoryShape, repositoryUrl } from './repository.ts'
import { type Links, userShape } from './user.ts'

/** GitHub's label; labels exist once they are used. */
export function labelShape(links: Links, repository: Repository, name: string) {
  const id = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 7)
  return {
    id,
    node_id: `LA_${id}`,
    url: `${repositoryUrl(links, repository)}/labels/${encodeURIComponent(name)}`,
    name,
    description: '',
    color: 'ededed',
    default: false,
  }
}

/** Nobody reacts here. */
function reactionsShape(url: string) {
  const none = { '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 }
  return { url: `${url}/reactions`, total_count: 0, ...none }
}

function branchShape(links: Links, repository: Repository, ref: string, sha: string) {
  return {
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: userShape(links, repository.owner),
    repo: repositoryShape(links, repository),
  }
}

function pullUrls(links: Links, repository: Repository, number: number, headOid: string) {
  const api = repositoryUrl(links, repository)
  const page = `${repositoryPage(links, repository)}/pull/${number}`
  return {
    url: `${api}/pulls/${number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${api}/issues/${number}`,
    commits_url: `${api}/pulls/${number}/commits`,
    review_comments_url: `${api}/pulls/${number}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${number}/comments`,
    statuses_url: `${api}/statuses/${headOid}`,
  }
}

/** GitHub's pull-request-simple. `baseOid` is where the base branch stands now. */
export function simplePullShape(links: Links, repository: Repository, pull: PullRequest, baseOid: string) {
  const urls = pullUrls(links, repository, pull.number, pull.headOid)
  const link = (href: string) => ({ href })
  return {
    ...urls,
    id: pull.id,
    node_id: `PR_${pull.id}`,
    number: pull.number,
    state: pull.state,
    locked: false,
    active_lock_reason: null,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    user: userShape(links, pull.author),
    labels: pull.labels.map((name) => labelShape(links, repository, name)),
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeOid,
    head: branchShape(links, repository, pull.headRef, pull.headOid),
    base: branchShape(links, repository, pull.baseRef, baseOid),
    author_association: 'MEMBER',
    auto_merge: null,
    _links: {
      self: link(urls.url),
      html: link(urls.html_url),
      issue: link(urls.issue_url),
      comments: link(urls.comments_url),
      review_comments: link(urls.review_comments_url),
      review_comment: link(urls.review_comment_url),
      commits: link(urls.commits_url),
      statuses: link(urls.statuses_url),
    },
  }
}

export interface PullDetails {
  readonly baseOid: string
  /** Null: closed, so not computed. */
  readonly mergeable: boolean | null
  readonly mergeableState: string
  readonly commits: number
  readonly additions: number
  readonly deletions: number
  readonly changedFiles: number
}

/** GitHub's pull-request. */
export function pullShape(links: Links, repository: Repository, pull: PullRequest, details: PullDetails) {
  return {
    ...simplePullShape(links, repository, pull, details.baseOid),
    merged: pull.mergedAt !== null,
    mergeable: details.mergeable,
    rebaseable: false,
    mergeable_state: details.mergeableState,
    merged_by: pull.mergedBy === null ? null : userShape(links, pull.mergedBy),
    comments: repository.state.comments.filter((comment) => comment.number === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: details.commits,
    additions: details.additions,
    deletions: details.deletions,
    changed_files: details.changedFiles,
  }
}

/** GitHub's issue, for a pull request. */
export function issueShape(links: Links, repository: Repository, pull: PullRequest) {
  const api = repositoryUrl(links, repository)
  const url = `${api}/issues/${pull.number}`
  const urls = pullUrls(links, repository, pull.number, pull.headOid)
  return {
    id: pull.id,
    node_id: `PR_${pull.id}`,
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: urls.html_url,
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: userShape(links, pull.author),
    labels: pull.labels.map((name) => labelShape(links, repository, name)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: repository.state.comments.filter((comment) => comment.number === pull.number).length,
    pull_request: {
      url: urls.url,
      html_url: urls.html_url,
      diff_url: urls.diff_url,
      patch_url: urls.patch_url,
      merged_at: pull.mergedAt,
    },
    author_association: 'MEMBER',
    reactions: reactionsShape(url),
    closed_at: pull.closedAt,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
  }
}

/** GitHub's issue-comment. */
export function commentShape(links: Links, repository: Repository, comment: Comment) {
  const api = repositoryUrl(links, repository)
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${repositoryPage(links, repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.number}`,
    user: userShape(links, comment.author),
    body: comment.body,
    author_association: 'MEMBER',
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    performed_via_github_app: null,
    reactions: reactionsShape(`${api}/issues/comments/${comment.id}`),
  }
}

/** GitHub's pull-request-review. */
export function reviewShape(links: Links, repository: Repository, review: Review) {
  const html = `${repositoryPage(links, repository)}/pull/${review.number}#pullrequestreview-${review.id}`
  const pull = `${repositoryUrl(links, repository)}/pulls/${review.number}`
  return {
    id: review.id,
    node_id: `PRR_${review.id}`,
    user: userShape(links, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    submitted_at: review.submittedAt,
    commit_id: review.oid,
    author_association: 'MEMBER',
    _links: { html: { href: html }, pull_request: { href: pull } },
  }
}
