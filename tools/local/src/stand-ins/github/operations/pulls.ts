import { countCommits } from '../git/objects.ts'
import { branchTip, isAncestor } from '../git/refs.ts'
import type { Actor, Hub } from '../hub.ts'
import { invalid, notFound, Refusal } from '../refusal.ts'
import { now, type Repository } from '../state/repository.ts'
import type { PullRequest, RepositoryState } from '../state/schema.ts'
import { closePull, keepHead } from './follow.ts'
import { sendPullEvent } from './pull-events.ts'

/** A pull request by number; throws a 404 refusal when there is none. */
export function findPull(repository: Repository, number: number): PullRequest {
  const pull = repository.state.pulls.find((one) => one.number === number)
  if (!pull) throw notFound()
  return pull
}

/** The pull requests that brought a commit: merged as it, or with it among the commits of their branch. */
export async function pullsOfCommit(repository: Repository, oid: string): Promise<PullRequest[]> {
  const { gitDir, state } = repository
  const found = []
  for (const pull of state.pulls) {
    const inHead = await isAncestor(gitDir, oid, pull.headOid)
    const onlyThere = inHead && !(await isAncestor(gitDir, oid, pull.baseOid))
    if (pull.mergeOid === oid || onlyThere) found.push(pull)
  }
  return found
}

export interface NewPull {
  readonly title: string
  readonly body: string | null
  /** A branch, or owner:branch of this same repository. */
  readonly head: string
  readonly base: string
  readonly draft: boolean
}

function ownBranch(repository: Repository, head: string): string {
  const colon = head.indexOf(':')
  if (colon === -1) return head
  if (head.slice(0, colon) !== repository.owner)
    throw invalid('PullRequest', 'head', 'head is invalid', 'invalid')
  return head.slice(colon + 1)
}

/** Where both branches stand; refuses what there is no sense in opening. */
async function mergeableTips(
  repository: Repository,
  state: RepositoryState,
  headRef: string,
  baseRef: string,
) {
  const headOid = await branchTip(repository.gitDir, headRef)
  const baseOid = await branchTip(repository.gitDir, baseRef)
  if (!headOid) throw invalid('PullRequest', 'head', 'head is invalid', 'invalid')
  if (!baseOid) throw invalid('PullRequest', 'base', 'base is invalid', 'invalid')
  const refuse = (message: string) =>
    new Refusal(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }])
  const same = (one: PullRequest) =>
    one.headRef === headRef && one.baseRef === baseRef && one.state === 'open'
  if (state.pulls.some(same)) {
    throw refuse(`A pull request already exists for ${repository.owner}:${headRef}.`)
  }
  if ((await countCommits(repository.gitDir, `${baseOid}..${headOid}`)) === 0) {
    throw refuse(`No commits between ${baseRef} and ${headRef}`)
  }
  return { headOid, baseOid }
}

/** Opens a pull request. Refuses with 422 what GitHub refuses: no such branch, nothing to merge, already open. */
export async function createPull(
  hub: Hub,
  repository: Repository,
  actor: Actor,
  wanted: NewPull,
): Promise<PullRequest> {
  const headRef = ownBranch(repository, wanted.head)
  const { base: baseRef, title, body, draft } = wanted
  const pull = await repository.change(async (state) => {
    const { headOid, baseOid } = await mergeableTips(repository, state, headRef, baseRef)
    const instant = now()
    const created: PullRequest = {
      number: state.nextNumber++,
      id: state.nextId++,
      title,
      body,
      draft,
      state: 'open',
      author: actor.login,
      headRef,
      baseRef,
      headOid,
      baseOid,
      labels: [],
      createdAt: instant,
      updatedAt: instant,
      closedAt: null,
      mergedAt: null,
      mergedBy: null,
      mergeOid: null,
    }
    state.pulls.push(created)
    await keepHead(repository, created)
    return created
  })
  await sendPullEvent(hub, repository, actor.login, { action: 'opened', number: pull.number })
  return pull
}

export interface PullEdit {
  readonly title?: string | undefined
  readonly body?: string | null | undefined
  readonly base?: string | undefined
  readonly state?: 'open' | 'closed' | undefined
}

async function reopen(repository: Repository, pull: PullRequest): Promise<void> {
  const head = await branchTip(repository.gitDir, pull.headRef)
  const base = await branchTip(repository.gitDir, pull.baseRef)
  if (pull.mergedAt !== null || !head || !base || (await isAncestor(repository.gitDir, head, base))) {
    throw invalid('PullRequest', 'state', 'state cannot be changed. The pull request cannot be reopened.')
  }
  pull.state = 'open'
  pull.closedAt = null
  pull.headOid = head
}

/** Changes title, body, base or state of a pull request. */
export async function updatePull(
  hub: Hub,
  repository: Repository,
  actor: Actor,
  number: number,
  edit: PullEdit,
) {
  const before = findPull(repository, number).state
  await repository.change(async (state) => {
    const pull = state.pulls.find((one) => one.number === number)
    if (!pull) throw notFound()
    if (edit.base !== undefined && edit.base !== pull.baseRef) {
      const oid = await branchTip(repository.gitDir, edit.base)
      if (!oid || pull.state === 'closed') throw invalid('PullRequest', 'base', 'base is invalid', 'invalid')
      pull.baseRef = edit.base
      pull.baseOid = oid
    }
    if (edit.title !== undefined) pull.title = edit.title
    if (edit.body !== undefined) pull.body = edit.body
    pull.updatedAt = now()
    if (edit.state === 'closed' && pull.state === 'open') closePull(pull)
    else if (edit.state === 'open' && pull.state === 'closed') await reopen(repository, pull)
  })
  const after = findPull(repository, number).state
  const moved = after === 'open' ? ('reopened' as const) : ('closed' as const)
  await sendPullEvent(hub, repository, actor.login, { action: before === after ? 'edited' : moved, number })
}
