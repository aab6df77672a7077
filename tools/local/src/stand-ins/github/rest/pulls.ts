import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { changedFiles } from '../git/diff.ts'
import { log } from '../git/objects.ts'
import { mergePull } from '../operations/merge.ts'
import { logRange, pullDetails, pullRange } from '../operations/pull-details.ts'
import { createPull, findPull, updatePull } from '../operations/pulls.ts'
import { notFound } from '../refusal.ts'
import { commitShape, fileShape } from '../shapes/commit.ts'
import { pullShape, reviewShape, simplePullShape } from '../shapes/pull.ts'
import type { Links } from '../shapes/user.ts'
import { now, type Repository } from '../state/repository.ts'
import type { PullRequest } from '../state/schema.ts'
import { actorOf } from './auth.ts'
import { type Api, body, numberParam, paginate, query, repositoryOf } from './context.ts'

const newPull = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().nullable().default(null),
  draft: z.boolean().default(false),
})
const pullEdit = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullable().optional(),
  base: z.string().optional(),
  state: z.enum(['open', 'closed']).optional(),
})
const merge = z.object({
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash']).default('merge'),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
})
const newReview = z.object({
  body: z.string().default(''),
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']).default('COMMENT'),
  commit_id: z.string().optional(),
})

async function detailed(links: Links, repository: Repository, number: number) {
  const pull = findPull(repository, number)
  return pullShape(links, repository, pull, await pullDetails(repository, pull))
}

/** The filters of a list: state (open), head (owner:branch), base; newest first unless asked otherwise. */
function filtered(request: FastifyRequest, repository: Repository): PullRequest[] {
  const state = query(request, 'state') ?? 'open'
  const head = query(request, 'head')
  const base = query(request, 'base')
  const branch = head?.startsWith(`${repository.owner}:`) ? head.slice(repository.owner.length + 1) : head
  const found = repository.state.pulls.filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      (branch === undefined || pull.headRef === branch) &&
      (base === undefined || pull.baseRef === base),
  )
  const key = query(request, 'sort') === 'updated' ? 'updatedAt' : 'number'
  const ascending = [...found].sort((a, b) =>
    a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.number - b.number,
  )
  const descending = query(request, 'direction') !== 'asc'
  return descending ? ascending.reverse() : ascending
}

/** Pull requests: list, open, change, merge, files, commits, reviews. */
export function pullRoutes(app: FastifyInstance, api: Api): void {
  const pulls = '/repos/:owner/:repo/pulls'
  const config = { permission: 'pull_requests' }
  app.get(pulls, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const page = paginate(request, reply, filtered(request, repository))
    return Promise.all(
      page.map(async (pull) => {
        const { base } = await pullRange(repository, pull)
        return simplePullShape(links, repository, pull, base)
      }),
    )
  })
  app.post(pulls, { config }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const wanted = body(request, 'PullRequest', newPull)
    const { number } = await createPull(api.hub, repository, actorOf(request), wanted)
    return reply.code(201).send(await detailed(links, repository, number))
  })
  app.get(`${pulls}/:number`, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    return detailed(links, repository, numberParam(request, 'number'))
  })
  app.patch(`${pulls}/:number`, { config }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const number = numberParam(request, 'number')
    await updatePull(api.hub, repository, actorOf(request), number, body(request, 'PullRequest', pullEdit))
    return detailed(links, repository, number)
  })
  mergeRoutes(app, api, pulls)
  contentsRoutes(app, api, pulls)
  reviewRoutes(app, api, pulls)
}

function mergeRoutes(app: FastifyInstance, api: Api, pulls: string): void {
  app.get(`${pulls}/:number/merge`, async (request, reply) => {
    const { repository } = await repositoryOf(api, request)
    if (findPull(repository, numberParam(request, 'number')).mergedAt === null) throw notFound()
    return reply.code(204).send()
  })
  app.put(`${pulls}/:number/merge`, { config: { permission: 'contents' } }, async (request) => {
    const { repository } = await repositoryOf(api, request)
    const wanted = body(request, 'PullRequest', merge)
    const sha = await mergePull(api.hub, repository, actorOf(request), numberParam(request, 'number'), {
      method: wanted.merge_method,
      expectedHead: wanted.sha,
      title: wanted.commit_title,
      message: wanted.commit_message,
    })
    return { sha, merged: true, message: 'Pull Request successfully merged' }
  })
}

function contentsRoutes(app: FastifyInstance, api: Api, pulls: string): void {
  app.get(`${pulls}/:number/files`, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const range = await pullRange(repository, findPull(repository, numberParam(request, 'number')))
    const files = await changedFiles(repository.gitDir, range.from, range.head)
    return paginate(request, reply, files).map((file) => fileShape(links, repository, range.head, file))
  })
  app.get(`${pulls}/:number/commits`, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const range = await pullRange(repository, findPull(repository, numberParam(request, 'number')))
    const commits = await log(repository.gitDir, logRange(range), { reverse: true, limit: 250 })
    return paginate(request, reply, commits).map((commit) => commitShape(links, repository, commit))
  })
}

const REVIEW_STATE = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
} as const

function reviewRoutes(app: FastifyInstance, api: Api, pulls: string): void {
  app.get(`${pulls}/:number/reviews`, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const { number } = findPull(repository, numberParam(request, 'number'))
    const reviews = repository.state.reviews.filter((review) => review.number === number)
    return paginate(request, reply, reviews).map((review) => reviewShape(links, repository, review))
  })
  app.post(`${pulls}/:number/reviews`, { config: { permission: 'pull_requests' } }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const pull = findPull(repository, numberParam(request, 'number'))
    const wanted = body(request, 'PullRequestReview', newReview)
    const { login } = actorOf(request)
    const review = await repository.change((state) => {
      const created = {
        id: state.nextId++,
        number: pull.number,
        author: login,
        body: wanted.body,
        state: REVIEW_STATE[wanted.event],
        oid: wanted.commit_id ?? pull.headOid,
        submittedAt: now(),
      }
      state.reviews.push(created)
      return created
    })
    return reviewShape(links, repository, review)
  })
}
