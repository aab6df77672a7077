import {
  type Commit,
  log,
  type Person,
  readBlob,
  readCommit,
  readEntry,
  readTree,
  type TreeEntry,
} from '../git/objects.ts'
import { git } from '../git/run.ts'
import { loginOf } from '../shapes/commit.ts'
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts'
import { type Links, userShape } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'
import { type ConnectionArgs, connection } from './connection.ts'
import { associatedPullRequests } from './pull-node.ts'

export interface Source {
  readonly repository: Repository
  readonly links: Links
}

/** A GraphQL user; the schema's Actor. */
export function actorNode(links: Links, login: string) {
  const user = userShape(links, login)
  return { __typename: 'User', id: user.node_id, databaseId: user.id, login, url: user.html_url, name: login }
}

function personNode(links: Links, person: Person) {
  const login = loginOf(person)
  return { ...person, user: login === undefined ? null : actorNode(links, login) }
}

function commitNode(source: Source, commit: Commit) {
  const { repository, links } = source
  const [headline = '', ...rest] = commit.message.split('\n')
  const page = `${repositoryPage(links, repository)}/commit/${commit.oid}`
  return {
    __typename: 'Commit',
    id: `C_${commit.oid}`,
    oid: commit.oid,
    abbreviatedOid: commit.oid.slice(0, 7),
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').trim(),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    author: personNode(links, commit.author),
    committer: personNode(links, commit.committer),
    url: page,
    commitUrl: page,
    resourcePath: `/${repository.fullName}/commit/${commit.oid}`,
    commitResourcePath: `/${repository.fullName}/commit/${commit.oid}`,
    signature: null,
    tree: () => treeNode(source, commit.tree),
    file: async ({ path }: { path: string }) => {
      const entry = await readEntry(repository.gitDir, commit.oid, path)
      return entry === undefined ? null : entryNode(source, entry)
    },
    parents: async (args: ConnectionArgs) => {
      const parents = await Promise.all(commit.parents.map((oid) => readCommit(repository.gitDir, oid)))
      return connection(
        parents.map((parent) => commitNode(source, parent)),
        args,
      )
    },
    associatedPullRequests: (args: ConnectionArgs) => associatedPullRequests(source, commit.oid, args),
    history: async (args: ConnectionArgs & { path?: string | null }) => {
      const commits = await log(repository.gitDir, commit.oid, args.path ? { path: args.path } : {})
      return connection(
        commits.map((one) => commitNode(source, one)),
        args,
      )
    },
  }
}

function blobNode(source: Source, oid: string) {
  let bytes: Promise<Buffer> | undefined
  const read = () => {
    bytes ??= readBlob(source.repository.gitDir, oid)
    return bytes
  }
  const isBinary = async () => (await read()).includes(0)
  return {
    ...common('Blob', source, oid),
    byteSize: async () => (await read()).length,
    isBinary,
    isTruncated: false,
    text: async () => ((await isBinary()) ? null : (await read()).toString('utf8')),
  }
}

function entryNode(source: Source, entry: TreeEntry) {
  return {
    name: entry.name.slice(entry.name.lastIndexOf('/') + 1),
    path: entry.name,
    mode: Number.parseInt(entry.mode, 8),
    oid: entry.oid,
    size: entry.size,
    type: entry.type,
    object: () => objectNode(source, entry.oid),
  }
}

function treeNode(source: Source, oid: string) {
  return {
    ...common('Tree', source, oid),
    entries: async () => {
      // a tree does not know where it stands, so its entries' paths start at it
      const entries = await readTree(source.repository.gitDir, oid)
      return entries.map((entry) => entryNode(source, entry))
    },
  }
}

function common(type: string, { repository, links }: Source, oid: string) {
  return {
    __typename: type,
    id: `${type}_${oid}`,
    oid,
    abbreviatedOid: oid.slice(0, 7),
    commitUrl: `${repositoryPage(links, repository)}/commit/${oid}`,
    commitResourcePath: `/${repository.fullName}/commit/${oid}`,
  }
}

function tagNode(source: Source, oid: string) {
  const target = async () => {
    const text = await git(source.repository.gitDir, ['rev-parse', '--verify', `${oid}^{commit}`])
    return objectNode(source, text)
  }
  return { ...common('Tag', source, oid), target, url: repositoryUrl(source.links, source.repository) }
}

/** A git object by its sha, as the schema's GitObject. */
export async function objectNode(source: Source, oid: string) {
  const { gitDir } = source.repository
  const type = await git(gitDir, ['cat-file', '-t', oid])
  if (type === 'commit') return commitNode(source, await readCommit(gitDir, oid))
  if (type === 'tree') return treeNode(source, oid)
  return type === 'tag' ? tagNode(source, oid) : blobNode(source, oid)
}
