import { readRef } from '../git/refs.ts'
import { GitError } from '../git/run.ts'
import { isValidPath } from '../git/write.ts'
import { commitOnBranch } from '../operations/commit.ts'
import { Refusal } from '../refusal.ts'
import { requirePermission, type TokenGrant } from '../rest/auth.ts'
import type { Api } from '../rest/context.ts'
import { unlimited } from '../rest/users.ts'
import type { Links } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'
import { actorNode, objectNode, type Source } from './git-objects.ts'
import { refNode, repositoryNode } from './repository-node.ts'
import { graphqlError } from './schema.ts'

interface CommitInput {
  readonly clientMutationId?: string | null
  readonly branch: {
    readonly id?: string | null
    readonly repositoryNameWithOwner?: string | null
    readonly branchName?: string | null
  }
  readonly expectedHeadOid: string
  readonly message: { readonly headline: string; readonly body?: string | null }
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null
    readonly deletions?: readonly { readonly path: string }[] | null
  } | null
}

async function openRepository(api: Api, fullName: string): Promise<Repository> {
  const [owner = '', name = ''] = fullName.split('/')
  try {
    return await api.hub.repository(owner, name)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw graphqlError('NOT_FOUND', `Could not resolve to a Repository with the name '${fullName}'.`)
  }
}

/** Repository and branch of a CommittableBranch: by names, or by the id of a Ref. */
function branchOf(branch: CommitInput['branch']): { fullName: string; name: string } {
  if (branch.repositoryNameWithOwner && branch.branchName) {
    return { fullName: branch.repositoryNameWithOwner, name: branch.branchName.replace(/^refs\/heads\//, '') }
  }
  const [fullName = '', ref = ''] = Buffer.from(branch.id ?? '', 'base64url')
    .toString()
    .split(':')
  if (!ref.startsWith('refs/heads/')) throw graphqlError('UNPROCESSABLE', 'The branch is not given')
  return { fullName, name: ref.slice('refs/heads/'.length) }
}

function changesOf(input: CommitInput) {
  const additions = (input.fileChanges?.additions ?? []).map(({ path, contents }) => ({
    path,
    contents: Buffer.from(contents, 'base64'),
  }))
  const deletions = input.fileChanges?.deletions ?? []
  const wrong = [...additions, ...deletions].find(({ path }) => !isValidPath(path))
  if (wrong)
    throw graphqlError(
      'UNPROCESSABLE',
      `A path was given that git cannot hold: ${JSON.stringify(wrong.path)}`,
    )
  return { additions, deletions }
}

async function createCommit(api: Api, links: Links, caller: TokenGrant, input: CommitInput) {
  const { fullName, name } = branchOf(input.branch)
  const repository = await openRepository(api, fullName)
  requirePermission(caller, 'contents')
  const body = input.message.body ? `\n\n${input.message.body}` : ''
  const result = await commitOnBranch(api.hub, repository, caller, {
    branch: name,
    expectedHeadOid: input.expectedHeadOid,
    message: `${input.message.headline}${body}\n`,
    changes: changesOf(input),
  })
  if (!result.done) {
    const expected = input.expectedHeadOid
    const message = `Expected branch to point to "${expected}" but it did not. Pull and try again.`
    throw graphqlError('STALE_DATA', message)
  }
  const source: Source = { repository, links }
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: () => objectNode(source, result.oid),
    ref: async () => {
      const ref = await readRef(repository.gitDir, `refs/heads/${name}`)
      return ref ? refNode(source, ref) : null
    },
  }
}

/** Refusals of the operations become the errors that GitHub's GraphQL API would give. */
async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Refusal) {
      const type = error.status === 404 ? 'NOT_FOUND' : error.status === 403 ? 'FORBIDDEN' : 'UNPROCESSABLE'
      throw graphqlError(type, error.status === 404 ? 'The branch was not found' : error.message)
    }
    if (error instanceof GitError) throw graphqlError('UNPROCESSABLE', error.message)
    throw error
  }
}

/** The root of queries and mutations, for one caller. */
export function rootValue(api: Api, links: Links, caller: TokenGrant) {
  return {
    viewer: () => actorNode(links, caller.login),
    rateLimit: () => {
      const { limit, remaining, used, reset } = unlimited()
      return { cost: 1, limit, remaining, used, nodeCount: 0, resetAt: new Date(reset * 1000).toISOString() }
    },
    repository: async ({ owner, name }: { owner: string; name: string }) =>
      repositoryNode({ repository: await openRepository(api, `${owner}/${name}`), links }),
    createCommitOnBranch: ({ input }: { input: CommitInput }) =>
      translated(createCommit(api, links, caller, input)),
  }
}
