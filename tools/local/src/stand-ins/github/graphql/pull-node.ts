import { pullDetails } from '../operations/pull-details.ts'
import { pullsOfCommit } from '../operations/pulls.ts'
import { repositoryPage } from '../shapes/repository.ts'
import type { PullRequest } from '../state/schema.ts'
import { type ConnectionArgs, connection } from './connection.ts'
import { actorNode, objectNode, type Source } from './git-objects.ts'

/** The state of a pull request in the words of the schema: OPEN, CLOSED or MERGED. */
export function stateOf(pull: PullRequest): string {
  return pull.mergedAt === null ? pull.state.toUpperCase() : 'MERGED'
}

/** A pull request; the schema's PullRequest. */
export function pullNode(source: Source, pull: PullRequest) {
  const { repository, links } = source
  const details = () => pullDetails(repository, pull)
  return {
    __typename: 'PullRequest',
    id: `PR_${pull.id}`,
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    state: stateOf(pull),
    isDraft: pull.draft,
    closed: pull.state === 'closed',
    merged: pull.mergedAt !== null,
    url: `${repositoryPage(links, repository)}/pull/${pull.number}`,
    author: actorNode(links, pull.author),
    headRefName: pull.headRef,
    headRefOid: pull.headOid,
    baseRefName: pull.baseRef,
    baseRefOid: async () => (await details()).baseOid,
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    closedAt: pull.closedAt,
    mergedAt: pull.mergedAt,
    mergedBy: pull.mergedBy === null ? null : actorNode(links, pull.mergedBy),
    mergeCommit: () => (pull.mergeOid === null ? null : objectNode(source, pull.mergeOid)),
    mergeable: async () => {
      const { mergeable } = await details()
      return mergeable === null ? 'UNKNOWN' : mergeable ? 'MERGEABLE' : 'CONFLICTING'
    },
    changedFiles: async () => (await details()).changedFiles,
    additions: async () => (await details()).additions,
    deletions: async () => (await details()).deletions,
    labels: (args: ConnectionArgs) =>
      connection(
        pull.labels.map((name) => ({ name })),
        args,
      ),
  }
}

/** The pull requests that brought a commit: merged as it, or with it among the commits of their branch. */
export async function associatedPullRequests(source: Source, oid: string, args: ConnectionArgs) {
  const found = await pullsOfCommit(source.repository, oid)
  return connection(
    found.map((pull) => pullNode(source, pull)),
    args,
  )
}
