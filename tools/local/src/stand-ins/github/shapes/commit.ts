import type { ChangedFile } from '../git/diff.ts'
import type { Commit, Person } from '../git/objects.ts'
import type { Repository } from '../state/repository.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'
import { type Links, userShape } from './user.ts'

const UNSIGNED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }

/** The login behind an address that GitHub itself gives out; other people have none here. */
export function loginOf(person: Pick<Person, 'email'>): string | undefined {
  if (person.email === 'noreply@github.com') return 'web-flow'
  return /^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$/.exec(person.email)?.[1]
}

function accountShape(links: Links, person: Person) {
  const login = loginOf(person)
  return login === undefined ? null : userShape(links, login)
}

/** GitHub's commit, as lists show it. */
export function commitShape(links: Links, repository: Repository, commit: Commit) {
  const api = repositoryUrl(links, repository)
  const page = repositoryPage(links, repository)
  const url = `${api}/commits/${commit.oid}`
  return {
    url,
    sha: commit.oid,
    node_id: `C_${commit.oid}`,
    html_url: `${page}/commit/${commit.oid}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.oid}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: UNSIGNED,
    },
    author: accountShape(links, commit.author),
    committer: accountShape(links, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
  }
}

/** GitHub's git-commit, as the Git database API shows it. */
export function gitCommitShape(links: Links, repository: Repository, commit: Commit) {
  const { commit: inner, parents, html_url, node_id } = commitShape(links, repository, commit)
  const { url, author, committer, message, tree, verification } = inner
  return { sha: commit.oid, node_id, url, html_url, author, committer, message, tree, verification, parents }
}

/** GitHub's diff-entry. */
export function fileShape(links: Links, repository: Repository, head: string, file: ChangedFile) {
  const page = repositoryPage(links, repository)
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.oid,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${head}/${path}`,
    raw_url: `${page}/raw/${head}/${path}`,
    contents_url: `${repositoryUrl(links, repository)}/contents/${path}?ref=${head}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  }
}
