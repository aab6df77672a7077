import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { GITHUB } from '../events/payloads.ts'
import { findPull, updatePull } from '../operations/pulls.ts'
import { notFound } from '../refusal.ts'
import { commentShape, issueShape, labelShape } from '../shapes/pull.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import { now, type Repository } from '../state/repository.ts'
import type { Comment } from '../state/schema.ts'
import { actorOf } from './auth.ts'
import { type Api, body, numberParam, paginate, param, repositoryOf } from './context.ts'

const commentBody = z.object({
  body: z.string().min(1).max(65_536, 'body is too long (maximum is 65536 characters)'),
})
const labels = z.union([z.object({ labels: z.array(z.string()) }), z.array(z.string())])
const issueEdit = z.object({
  title: z.string().optional(),
  body: z.string().nullable().optional(),
  state: z.enum(['open', 'closed']).optional(),
  labels: z.array(z.string()).optional(),
})

function findComment(comments: readonly Comment[], id: number): Comment {
  const comment = comments.find((one) => one.id === id)
  if (!comment) throw notFound()
  return comment
}

function sendCommentEvent(
  api: Api,
  repository: Repository,
  login: string,
  action: string,
  comment: Comment,
): void {
  api.hub.deliveries.send('issue_comment', {
    action,
    issue: issueShape(GITHUB, repository, findPull(repository, comment.number)),
    comment: commentShape(GITHUB, repository, comment),
    ...(action === 'edited' ? { changes: {} } : {}),
    repository: repositoryShape(GITHUB, repository),
    sender: userShape(GITHUB, login),
  })
}

/** What pull requests share with issues: comments and labels. Issues themselves are not kept. */
export function issueRoutes(app: FastifyInstance, api: Api): void {
  const issues = '/repos/:owner/:repo/issues'
  app.get(`${issues}/:number`, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    return issueShape(links, repository, findPull(repository, numberParam(request, 'number')))
  })
  app.patch(`${issues}/:number`, { config: { permission: 'issues' } }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const number = numberParam(request, 'number')
    const { labels: names, ...edit } = body(request, 'Issue', issueEdit)
    await updatePull(api.hub, repository, actorOf(request), number, edit)
    if (names) await setLabels(repository, number, () => names)
    return issueShape(links, repository, findPull(repository, number))
  })
  commentRoutes(app, api, issues)
  labelRoutes(app, api, issues)
}

function commentRoutes(app: FastifyInstance, api: Api, issues: string): void {
  const config = { permission: 'issues' }
  app.get(`${issues}/:number/comments`, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const { number } = findPull(repository, numberParam(request, 'number'))
    const comments = repository.state.comments.filter((comment) => comment.number === number)
    return paginate(request, reply, comments).map((comment) => commentShape(links, repository, comment))
  })
  app.post(`${issues}/:number/comments`, { config }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const { number } = findPull(repository, numberParam(request, 'number'))
    const { login } = actorOf(request)
    const wanted = body(request, 'IssueComment', commentBody)
    const comment = await repository.change((state) => {
      const instant = now()
      const id = state.nextId++
      const created = { id, number, author: login, body: wanted.body, createdAt: instant, updatedAt: instant }
      state.comments.push(created)
      return created
    })
    sendCommentEvent(api, repository, login, 'created', comment)
    return reply.code(201).send(commentShape(links, repository, comment))
  })
  commentItemRoutes(app, api, `${issues}/comments/:id`)
}

function commentItemRoutes(app: FastifyInstance, api: Api, path: string): void {
  const config = { permission: 'issues' }
  app.get(path, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    return commentShape(links, repository, findComment(repository.state.comments, numberParam(request, 'id')))
  })
  app.patch(path, { config }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const id = numberParam(request, 'id')
    const wanted = body(request, 'IssueComment', commentBody)
    const comment = await repository.change((state) => {
      const found = findComment(state.comments, id)
      found.body = wanted.body
      found.updatedAt = now()
      return found
    })
    sendCommentEvent(api, repository, actorOf(request).login, 'edited', comment)
    return commentShape(links, repository, comment)
  })
  app.delete(path, { config }, async (request, reply) => {
    const { repository } = await repositoryOf(api, request)
    const comment = findComment(repository.state.comments, numberParam(request, 'id'))
    await repository.change((state) => {
      state.comments = state.comments.filter((one) => one.id !== comment.id)
    })
    sendCommentEvent(api, repository, actorOf(request).login, 'deleted', comment)
    return reply.code(204).send()
  })
}

async function setLabels(repository: Repository, number: number, next: (now: string[]) => string[]) {
  findPull(repository, number)
  await repository.change((state) => {
    const pull = state.pulls.find((one) => one.number === number)
    if (pull) pull.labels = [...new Set(next(pull.labels))]
  })
  return findPull(repository, number).labels
}

function labelRoutes(app: FastifyInstance, api: Api, issues: string): void {
  const config = { permission: 'issues' }
  const path = `${issues}/:number/labels`
  app.get(path, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const pull = findPull(repository, numberParam(request, 'number'))
    return paginate(request, reply, pull.labels).map((name) => labelShape(links, repository, name))
  })
  for (const method of ['POST', 'PUT'] as const) {
    app.route({
      method,
      url: path,
      config,
      handler: async (request) => {
        const { repository, links } = await repositoryOf(api, request)
        const wanted = body(request, 'Label', labels)
        const names = Array.isArray(wanted) ? wanted : wanted.labels
        const next = (now: string[]) => (method === 'POST' ? [...now, ...names] : names)
        const after = await setLabels(repository, numberParam(request, 'number'), next)
        return after.map((name) => labelShape(links, repository, name))
      },
    })
  }
  app.delete(`${path}/:name`, { config }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const number = numberParam(request, 'number')
    const name = param(request, 'name')
    if (!findPull(repository, number).labels.includes(name)) throw notFound()
    const after = await setLabels(repository, number, (now) => now.filter((one) => one !== name))
    return after.map((one) => labelShape(links, repository, one))
  })
}
