import type { Repository } from '../state/repository.ts'
import { type Links, userShape } from './user.ts'

/** The address of a repository's REST resources. */
export function repositoryUrl(links: Links, repository: Repository): string {
  return `${links.api}/repos/${repository.fullName}`
}

/** The address of a repository's page. */
export function repositoryPage(links: Links, repository: Repository): string {
  return `${links.html}/${repository.fullName}`
}

const SUFFIXES: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
  hooks_url: '/hooks',
}

/** GitHub's minimal-repository. */
export function minimalRepositoryShape(links: Links, repository: Repository) {
  const url = repositoryUrl(links, repository)
  const urls = Object.entries(SUFFIXES).map(([key, suffix]) => [key, `${url}${suffix}`])
  return {
    id: repository.state.id,
    node_id: `R_${repository.state.id}`,
    name: repository.name,
    full_name: repository.fullName,
    owner: { ...userShape(links, repository.owner), type: 'Organization' },
    private: false,
    html_url: repositoryPage(links, repository),
    description: null,
    fork: false,
    url,
    ...(Object.fromEntries(urls) as Record<string, string>),
  }
}

/** GitHub's full-repository, which also satisfies `repository`. */
export function repositoryShape(links: Links, repository: Repository) {
  const page = repositoryPage(links, repository)
  const { state } = repository
  const openIssues = state.pulls.filter((pull) => pull.state === 'open').length
  const host = new URL(links.html).host
  return {
    ...minimalRepositoryShape(links, repository),
    git_url: `git://${host}/${repository.fullName}.git`,
    ssh_url: `git@${host}:${repository.fullName}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    visibility: 'public',
    default_branch: state.defaultBranch,
    size: 0,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    subscribers_count: 0,
    network_count: 0,
    open_issues_count: openIssues,
    open_issues: openIssues,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_merge_commit: true,
    allow_squash_merge: true,
    allow_rebase_merge: false,
    delete_branch_on_merge: false,
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
    topics: [],
    created_at: state.createdAt,
    updated_at: state.pushedAt,
    pushed_at: state.pushedAt,
  }
}
