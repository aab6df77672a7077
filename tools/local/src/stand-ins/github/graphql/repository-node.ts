import { readEntry } from '../git/objects.ts'
import { branchTip, listRefs, type Ref, readRef, resolve } from '../git/refs.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { type ConnectionArgs, connection } from './connection.ts'
import { actorNode, objectNode, type Source } from './git-objects.ts'
import { pullNode, stateOf } from './pull-node.ts'
import { graphqlError } from './schema.ts'

/** A ref; the schema's `name` leaves refs/heads/ or refs/tags/ out. */
export function refNode(source: Source, ref: Ref) {
  const prefix = /^refs\/(heads|tags)\//.exec(ref.name)?.[0] ?? 'refs/'
  return {
    __typename: 'Ref',
    id: Buffer.from(`${source.repository.fullName}:${ref.name}`).toString('base64url'),
    name: ref.name.slice(prefix.length),
    prefix,
    target: () => objectNode(source, ref.oid),
  }
}

interface PullFilter extends ConnectionArgs {
  readonly states?: readonly string[] | null
  readonly headRefName?: string | null
  readonly baseRefName?: string | null
  readonly orderBy?: { readonly field: string; readonly direction: string } | null
}

function pullRequests(source: Source, args: PullFilter) {
  const found = source.repository.state.pulls.filter(
    (pull) =>
      (!args.states || args.states.includes(stateOf(pull))) &&
      (!args.headRefName || pull.headRef === args.headRefName) &&
      (!args.baseRefName || pull.baseRef === args.baseRefName),
  )
  const ordered = args.orderBy?.direction === 'DESC' ? [...found].reverse() : found
  return connection(
    ordered.map((pull) => pullNode(source, pull)),
    args,
  )
}

async function objectOf(source: Source, args: { expression?: string | null; oid?: string | null }) {
  const { gitDir } = source.repository
  const revision = args.expression ?? args.oid ?? ''
  const colon = revision.indexOf(':')
  if (colon !== -1) {
    const commit = await resolve(gitDir, revision.slice(0, colon))
    const entry = commit ? await readEntry(gitDir, commit, revision.slice(colon + 1)) : undefined
    return entry ? objectNode(source, entry.oid) : null
  }
  const oid = (await branchTip(gitDir, revision)) ?? (await resolve(gitDir, revision, 'object'))
  return oid ? objectNode(source, oid) : null
}

/** The schema's Repository, as far as a client of this repository's tools asks for it. */
export function repositoryNode(source: Source) {
  const { repository, links } = source
  const { gitDir, state } = repository
  const shape = repositoryShape(links, repository)
  return {
    __typename: 'Repository',
    id: shape.node_id,
    databaseId: shape.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    owner: actorNode(links, repository.owner),
    url: shape.html_url,
    isPrivate: false,
    isArchived: false,
    createdAt: state.createdAt,
    pushedAt: state.pushedAt,
    ref: async ({ qualifiedName }: { qualifiedName: string }) => {
      const names = [qualifiedName, `refs/heads/${qualifiedName}`, `refs/tags/${qualifiedName}`]
      for (const name of names) {
        const ref = await readRef(gitDir, name)
        if (ref) return refNode(source, ref)
      }
      return null
    },
    refs: async ({ refPrefix, ...page }: ConnectionArgs & { refPrefix: string }) => {
      const refs = await listRefs(gitDir, refPrefix)
      return connection(
        refs.map((ref) => refNode(source, ref)),
        page,
      )
    },
    defaultBranchRef: async () => {
      const ref = await readRef(gitDir, `refs/heads/${state.defaultBranch}`)
      return ref ? refNode(source, ref) : null
    },
    object: (args: { expression?: string | null; oid?: string | null }) => objectOf(source, args),
    pullRequest: ({ number }: { number: number }) => {
      const pull = state.pulls.find((one) => one.number === number)
      if (pull) return pullNode(source, pull)
      const message = `Could not resolve to a PullRequest with the number of ${number}.`
      throw graphqlError('NOT_FOUND', message)
    },
    pullRequests: (args: PullFilter) => pullRequests(source, args),
  }
}
