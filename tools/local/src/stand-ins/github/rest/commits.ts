import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { changedFiles, EMPTY_TREE } from '../git/diff.ts'
import {
  countCommits,
  log,
  readBlob,
  readCommit,
  readEntry,
  readTree,
  type TreeEntry,
} from '../git/objects.ts'
import { listRefs, mergeBase, resolve } from '../git/refs.ts'
import { writeCommit } from '../git/write.ts'
import { identityOf } from '../operations/commit.ts'
import { pullsOfCommit } from '../operations/pulls.ts'
import { notFound, Refusal } from '../refusal.ts'
import { commitShape, fileShape, gitCommitShape } from '../shapes/commit.ts'
import { simplePullShape } from '../shapes/pull.ts'
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts'
import type { Links } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'
import { actorOf } from './auth.ts'
import {
  type Api,
  body,
  commitOf,
  linkPages,
  paginate,
  param,
  query,
  repositoryOf,
  requireCommit,
} from './context.ts'

const MOST_FILES = 300

/** A commit with its files and their sums, as one commit's own resource shows it. */
async function fullCommitShape(links: Links, repository: Repository, oid: string) {
  const commit = await readCommit(repository.gitDir, oid)
  const files = await changedFiles(repository.gitDir, commit.parents[0] ?? EMPTY_TREE, oid)
  const additions = files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
  return {
    ...commitShape(links, repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.slice(0, MOST_FILES).map((file) => fileShape(links, repository, oid, file)),
  }
}

async function compareShape(
  links: Links,
  repository: Repository,
  base: string,
  head: string,
  basehead: string,
) {
  const { gitDir } = repository
  const fork = await mergeBase(gitDir, base, head)
  if (!fork) throw new Refusal(404, `No common ancestor between ${basehead}`)
  const [ahead, behind] = await Promise.all([
    countCommits(gitDir, `${base}..${head}`),
    countCommits(gitDir, `${head}..${base}`),
  ])
  const page = `${repositoryPage(links, repository)}/compare/${basehead}`
  const commits = await log(gitDir, `${base}..${head}`, { limit: 250, reverse: true })
  const files = await changedFiles(gitDir, fork, head)
  const diverged = ahead > 0 && behind > 0
  const direction = ahead > 0 ? 'ahead' : behind > 0 ? 'behind' : 'identical'
  return {
    url: `${repositoryUrl(links, repository)}/compare/${basehead}`,
    html_url: page,
    permalink_url: `${repositoryPage(links, repository)}/compare/${base}...${head}`,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitShape(links, repository, await readCommit(gitDir, base)),
    merge_base_commit: commitShape(links, repository, await readCommit(gitDir, fork)),
    status: diverged ? 'diverged' : direction,
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => commitShape(links, repository, commit)),
    files: files.slice(0, MOST_FILES).map((file) => fileShape(links, repository, head, file)),
  }
}

/** Commits, comparisons and the pull requests of a commit. */
export function commitRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/commits', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await commitOf(repository, query(request, 'sha') ?? repository.state.defaultBranch)
    const filter = {
      path: query(request, 'path'),
      since: query(request, 'since'),
      until: query(request, 'until'),
    }
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
    const filtered = Object.keys(given).length > 0
    const all = filtered ? await log(repository.gitDir, oid, given) : undefined
    const total = all?.length ?? (await countCommits(repository.gitDir, oid))
    const page = linkPages(request, reply, total)
    const commits = all?.slice(page.skip, page.skip + page.limit) ?? (await log(repository.gitDir, oid, page))
    return commits.map((commit) => commitShape(links, repository, commit))
  })
  app.get('/repos/:owner/:repo/commits/:ref', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await commitOf(repository, param(request, 'ref'), 422)
    if (/application\/vnd\.github\.(v3\.)?sha/.test(request.headers.accept ?? '')) {
      return reply.type('application/vnd.github.v3.sha; charset=utf-8').send(oid)
    }
    return fullCommitShape(links, repository, oid)
  })
  compareRoutes(app, api)
  tagRoutes(app, api)
  gitCommitRoutes(app, api)
}

function compareRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/compare/*', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const basehead = param(request, '*')
    const [base = '', head = ''] = basehead.split('...')
    const oids = [await commitOf(repository, base), await commitOf(repository, head)] as const
    return compareShape(links, repository, oids[0], oids[1], basehead)
  })
  app.get('/repos/:owner/:repo/commits/:sha/pulls', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await requireCommit(repository, param(request, 'sha'))
    const found = await pullsOfCommit(repository, oid)
    return paginate(request, reply, found).map((pull) =>
      simplePullShape(links, repository, pull, pull.baseOid),
    )
  })
}

function tagRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/tags', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const refs = (await listRefs(repository.gitDir, 'refs/tags/')).reverse()
    const url = repositoryUrl(links, repository)
    return Promise.all(
      paginate(request, reply, refs).map(async (ref) => {
        const name = ref.name.slice('refs/tags/'.length)
        const sha = (await resolve(repository.gitDir, ref.name)) ?? ref.oid
        return {
          name,
          commit: { sha, url: `${url}/commits/${sha}` },
          zipball_url: `${url}/zipball/${ref.name}`,
          tarball_url: `${url}/tarball/${ref.name}`,
          node_id: `REF_${Buffer.from(ref.name).toString('base64url')}`,
        }
      }),
    )
  })
}

const newCommit = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
})

function gitCommitRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/git/commits/:sha', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await resolve(repository.gitDir, param(request, 'sha'))
    if (!oid) throw notFound()
    return gitCommitShape(links, repository, await readCommit(repository.gitDir, oid))
  })
  app.post(
    '/repos/:owner/:repo/git/commits',
    { config: { permission: 'contents' } },
    async (request, reply) => {
      const { repository, links } = await repositoryOf(api, request)
      const wanted = body(request, 'Commit', newCommit)
      const tree = await resolve(repository.gitDir, wanted.tree, 'tree')
      if (!tree) throw new Refusal(422, 'Tree SHA does not exist')
      const parents = await Promise.all(wanted.parents.map((sha) => requireCommit(repository, sha)))
      const author = identityOf(actorOf(request))
      const commit = { tree, parents, message: wanted.message, author, committer: author }
      const oid = await writeCommit(repository.gitDir, commit)
      return reply.code(201).send(gitCommitShape(links, repository, await readCommit(repository.gitDir, oid)))
    },
  )
}

const KIND: Readonly<Record<TreeEntry['type'], string>> = { blob: 'file', tree: 'dir', commit: 'submodule' }

function entryShape(links: Links, repository: Repository, ref: string, path: string, entry: TreeEntry) {
  const api = repositoryUrl(links, repository)
  const escaped = path.split('/').map(encodeURIComponent).join('/')
  const type = entry.mode === '120000' ? 'symlink' : KIND[entry.type]
  const urls = {
    self: `${api}/contents/${escaped}?ref=${encodeURIComponent(ref)}`,
    git: `${api}/git/${entry.type}s/${entry.oid}`,
    html: `${repositoryPage(links, repository)}/${entry.type}/${ref}/${escaped}`,
  }
  return {
    type,
    size: entry.size,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    sha: entry.oid,
    url: urls.self,
    git_url: urls.git,
    html_url: urls.html,
    download_url: entry.type === 'blob' ? `${repositoryPage(links, repository)}/raw/${ref}/${escaped}` : null,
    _links: urls,
  }
}

/** Files and folders at a ref, as JSON or raw. */
export function contentRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/contents/*', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const { gitDir, state } = repository
    const ref = query(request, 'ref') ?? state.defaultBranch
    const path = param(request, '*').replace(/^\/+|\/+$/g, '')
    const commit = await commitOf(repository, ref)
    const entry = await readEntry(gitDir, commit, path)
    if (!entry) throw notFound()
    if (entry.type === 'tree') {
      const prefix = path === '' ? '' : `${path}/`
      const entries = await readTree(gitDir, entry.oid)
      return entries.map((one) => entryShape(links, repository, ref, prefix + one.name, one))
    }
    const contents = await readBlob(gitDir, entry.oid)
    if (/application\/vnd\.github\.(v3\.)?raw/.test(request.headers.accept ?? '')) {
      return reply.type('application/vnd.github.raw; charset=utf-8').send(contents)
    }
    const encoded = contents.toString('base64').replace(/.{60}/g, '$&\n')
    return { ...entryShape(links, repository, ref, path, entry), encoding: 'base64', content: `${encoded}\n` }
  })
}
