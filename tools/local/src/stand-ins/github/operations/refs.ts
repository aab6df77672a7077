import { compareAndSetRef, isAncestor, isValidRefName, readRef, resolve, ZERO_OID } from '../git/refs.ts'
import { GitError } from '../git/run.ts'
import type { Actor, Hub } from '../hub.ts'
import { Refusal } from '../refusal.ts'
import type { Repository } from '../state/repository.ts'
import { announce, followUpdates } from './follow.ts'

/** Moves one ref and lets everything that depends on it follow. Refuses with 422 as GitHub does. */
async function move(
  hub: Hub,
  repository: Repository,
  actor: Actor,
  ref: string,
  before: string,
  after: string,
) {
  const update = { ref, before, after }
  const changes = await repository.change(async (state) => {
    // git refuses some names only now, such as a/b beside a branch a
    const moved = await compareAndSetRef(repository.gitDir, ref, before, after).catch((error: unknown) => {
      if (error instanceof GitError) return false
      throw error
    })
    if (!moved) throw new Refusal(422, 'Reference update failed')
    return followUpdates(repository, state, actor.login, [update])
  })
  await announce(hub, repository, actor.login, [update], changes)
}

/** Creates a branch or a tag at an existing object. */
export async function createRef(hub: Hub, repository: Repository, actor: Actor, ref: string, oid: string) {
  const { gitDir } = repository
  const named = ref.startsWith('refs/') && ref.split('/').length >= 3
  if (!named || !(await isValidRefName(gitDir, ref))) {
    throw new Refusal(422, `${ref} is not a valid ref name.`)
  }
  if (!(await resolve(gitDir, oid, 'object'))) throw new Refusal(422, 'Object does not exist')
  if (await readRef(gitDir, ref)) throw new Refusal(422, 'Reference already exists')
  await move(hub, repository, actor, ref, ZERO_OID, oid)
}

/** Moves an existing ref; forward only, unless forced. */
export async function updateRef(
  hub: Hub,
  repository: Repository,
  actor: Actor,
  ref: string,
  oid: string,
  force: boolean,
) {
  const { gitDir } = repository
  const current = await readRef(gitDir, ref)
  if (!current) throw new Refusal(422, 'Reference does not exist')
  if (!(await resolve(gitDir, oid, 'object'))) throw new Refusal(422, 'Object does not exist')
  if (current.oid === oid) return
  if (!force && !(await isAncestor(gitDir, current.oid, oid))) {
    throw new Refusal(422, 'Update is not a fast forward')
  }
  await move(hub, repository, actor, ref, current.oid, oid)
}

/** Deletes a ref; open pull requests from a deleted branch are closed. */
export async function deleteRef(hub: Hub, repository: Repository, actor: Actor, ref: string) {
  const current = await readRef(repository.gitDir, ref)
  if (!current) throw new Refusal(422, 'Reference does not exist')
  if (ref === `refs/heads/${repository.state.defaultBranch}`) {
    throw new Refusal(422, 'Cannot delete the default branch')
  }
  await move(hub, repository, actor, ref, current.oid, ZERO_OID)
}
