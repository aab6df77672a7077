import { type ChangedPaths, changedPaths } from '../git/diff.ts'
import type { RefUpdate } from '../git/http-backend.ts'
import { type Commit, log, type Person } from '../git/objects.ts'
import { isAncestor, resolve, ZERO_OID } from '../git/refs.ts'
import { loginOf } from '../shapes/commit.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { type Links, userShape } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'

/** Receivers compare a payload's addresses with the repository URLs they know: these are always GitHub's own. */
export const GITHUB: Links = { api: 'https://api.github.com', html: 'https://github.com' }

/** GitHub lists at most this many commits in a push event. */
const MOST_COMMITS = 2048

function seconds(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000)
}

function personShape(person: Person) {
  const username = loginOf(person)
  return {
    name: person.name,
    email: person.email,
    date: person.date,
    ...(username === undefined ? {} : { username }),
  }
}

function pushedCommit(repository: Repository, commit: Commit, paths: ChangedPaths | undefined) {
  return {
    id: commit.oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${GITHUB.html}/${repository.fullName}/commit/${commit.oid}`,
    author: personShape(commit.author),
    committer: personShape(commit.committer),
    ...paths,
  }
}

/** The commits that a push brought: for a new branch, those that the default branch does not have. */
async function newCommits(repository: Repository, update: RefUpdate): Promise<Commit[]> {
  const { gitDir, state } = repository
  if (update.after === ZERO_OID) return []
  const options = { limit: MOST_COMMITS, reverse: true }
  if (update.before !== ZERO_OID) return log(gitDir, `${update.before}..${update.after}`, options)
  const main = `refs/heads/${state.defaultBranch}`
  const tip = update.ref === main ? undefined : await resolve(gitDir, main)
  return log(gitDir, tip ? `${tip}..${update.after}` : update.after, options)
}

/** The push event: https://docs.github.com/webhooks/webhook-events-and-payloads#push */
export async function pushPayload(repository: Repository, login: string, update: RefUpdate) {
  const { gitDir, state, owner } = repository
  const isBranch = update.ref.startsWith('refs/heads/')
  const commits = isBranch ? await newCommits(repository, update) : []
  const tip = await resolve(gitDir, update.after === ZERO_OID ? '' : update.after)
  const [head] = tip ? await log(gitDir, tip, { limit: 1 }) : []
  const shown = new Set([...commits, ...(head ? [head] : [])].map((commit) => commit.oid))
  const paths = await changedPaths(gitDir, [...shown])
  const created = update.before === ZERO_OID
  const deleted = update.after === ZERO_OID
  const shape = repositoryShape(GITHUB, repository)
  const range = `${update.before.slice(0, 12)}...${update.after.slice(0, 12)}`
  return {
    ref: update.ref,
    before: update.before,
    after: update.after,
    created,
    deleted,
    forced: !created && !deleted && !(await isAncestor(gitDir, update.before, update.after)),
    base_ref: null,
    compare: `${GITHUB.html}/${repository.fullName}/compare/${range}`,
    commits: commits.map((commit) => pushedCommit(repository, commit, paths.get(commit.oid))),
    head_commit: head ? pushedCommit(repository, head, paths.get(head.oid)) : null,
    repository: {
      ...shape,
      owner: { ...shape.owner, name: owner, email: null },
      // Only in push events are these numbers, and receivers written in Go insist on it.
      created_at: seconds(state.createdAt),
      pushed_at: seconds(state.pushedAt),
      stargazers: 0,
      master_branch: state.defaultBranch,
    },
    pusher: { name: login, email: `${login}@users.noreply.github.com` },
    sender: userShape(GITHUB, login),
  }
}
