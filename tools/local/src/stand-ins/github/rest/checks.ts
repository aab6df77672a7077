import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { GITHUB } from '../events/payloads.ts'
import { readCommit } from '../git/objects.ts'
import { listRefs } from '../git/refs.ts'
import { notFound } from '../refusal.ts'
import { commitShape } from '../shapes/commit.ts'
import { checkRunShape, statusShape } from '../shapes/evidence.ts'
import { minimalRepositoryShape, repositoryShape, repositoryUrl } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import { now, type Repository } from '../state/repository.ts'
import type { CheckRun, CommitStatus } from '../state/schema.ts'
import { actorOf } from './auth.ts'
import {
  type Api,
  body,
  commitOf,
  numberParam,
  paginate,
  param,
  query,
  repositoryOf,
  requireCommit,
} from './context.ts'

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.string().nullable().default(null),
  description: z
    .string()
    .max(140, 'description is too long (maximum is 140 characters)')
    .nullable()
    .default(null),
  context: z.string().default('default'),
})

async function sendStatusEvent(api: Api, repository: Repository, status: CommitStatus): Promise<void> {
  const { gitDir } = repository
  const branches = (await listRefs(gitDir, 'refs/heads/')).filter((ref) => ref.oid === status.oid)
  const commits = `${repositoryUrl(GITHUB, repository)}/commits`
  api.hub.deliveries.send('status', {
    id: status.id,
    sha: status.oid,
    name: repository.fullName,
    avatar_url: userShape(GITHUB, status.creator).avatar_url,
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: commitShape(GITHUB, repository, await readCommit(gitDir, status.oid)),
    branches: branches.map((ref) => ({
      name: ref.name.slice('refs/heads/'.length),
      commit: { sha: ref.oid, url: `${commits}/${ref.oid}` },
      protected: false,
    })),
    created_at: status.createdAt,
    updated_at: status.createdAt,
    repository: repositoryShape(GITHUB, repository),
    sender: userShape(GITHUB, status.creator),
  })
}

/** Newest first; with `latest` only the newest of each context. */
function statusesOf(repository: Repository, oid: string, latest: boolean): CommitStatus[] {
  const all = repository.state.statuses.filter((status) => status.oid === oid).reverse()
  if (!latest) return all
  return all.filter((status, index) => all.findIndex((one) => one.context === status.context) === index)
}

function combinedState(statuses: readonly CommitStatus[]): string {
  if (statuses.some((status) => status.state === 'failure' || status.state === 'error')) return 'failure'
  if (statuses.length === 0 || statuses.some((status) => status.state === 'pending')) return 'pending'
  return 'success'
}

/** Commit statuses. */
export function statusRoutes(app: FastifyInstance, api: Api): void {
  app.post(
    '/repos/:owner/:repo/statuses/:sha',
    { config: { permission: 'statuses' } },
    async (request, reply) => {
      const { repository, links } = await repositoryOf(api, request)
      const oid = await requireCommit(repository, param(request, 'sha'))
      const wanted = body(request, 'Status', newStatus)
      const { login } = actorOf(request)
      const status = await repository.change((state) => {
        const created: CommitStatus = {
          id: state.nextId++,
          oid,
          state: wanted.state,
          context: wanted.context,
          description: wanted.description,
          targetUrl: wanted.target_url,
          creator: login,
          createdAt: now(),
        }
        state.statuses.push(created)
        return created
      })
      await sendStatusEvent(api, repository, status)
      return reply.code(201).send(statusShape(links, repository, status))
    },
  )
  statusListRoutes(app, api)
}

function statusListRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/commits/:ref/statuses', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await commitOf(repository, param(request, 'ref'))
    const page = paginate(request, reply, statusesOf(repository, oid, false))
    return page.map((status) => statusShape(links, repository, status))
  })
  app.get('/repos/:owner/:repo/commits/:ref/status', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await commitOf(repository, param(request, 'ref'))
    const statuses = statusesOf(repository, oid, true)
    const url = `${repositoryUrl(links, repository)}/commits/${oid}`
    return {
      state: combinedState(statuses),
      statuses: paginate(request, reply, statuses).map((status) => {
        const { creator: _, ...simple } = statusShape(links, repository, status)
        return simple
      }),
      sha: oid,
      total_count: statuses.length,
      repository: minimalRepositoryShape(links, repository),
      commit_url: url,
      url: `${url}/status`,
    }
  })
}

const conclusion = z.enum([
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
])
const runFields = z.object({
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: conclusion.optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z
    .object({ title: z.string().optional(), summary: z.string().optional(), text: z.string().optional() })
    .optional(),
})
const newRun = runFields.extend({ name: z.string().min(1), head_sha: z.string() })

/** Writes given fields over a check run; a conclusion completes it, as on GitHub. */
function applyRun(run: CheckRun, wanted: z.infer<typeof runFields>): void {
  if (wanted.status) run.status = wanted.status
  if (wanted.conclusion) {
    run.status = 'completed'
    run.conclusion = wanted.conclusion
  }
  run.completedAt = run.status === 'completed' ? (wanted.completed_at ?? run.completedAt ?? now()) : null
  run.startedAt = wanted.started_at ?? run.startedAt
  run.detailsUrl = wanted.details_url ?? run.detailsUrl
  run.externalId = wanted.external_id ?? run.externalId
  run.title = wanted.output?.title ?? run.title
  run.summary = wanted.output?.summary ?? run.summary
  run.text = wanted.output?.text ?? run.text
}

function blankRun(id: number, oid: string, name: string): CheckRun {
  return {
    id,
    oid,
    name,
    status: 'queued',
    conclusion: null,
    externalId: '',
    detailsUrl: null,
    title: null,
    summary: null,
    text: null,
    startedAt: now(),
    completedAt: null,
  }
}

/** Check runs. */
export function checkRunRoutes(app: FastifyInstance, api: Api): void {
  const config = { permission: 'checks' }
  app.post('/repos/:owner/:repo/check-runs', { config }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const wanted = body(request, 'CheckRun', newRun)
    const oid = await requireCommit(repository, wanted.head_sha)
    const run = await repository.change((state) => {
      const created = blankRun(state.nextId++, oid, wanted.name)
      applyRun(created, wanted)
      state.checkRuns.push(created)
      return created
    })
    return reply.code(201).send(checkRunShape(links, repository, run))
  })
  app.get('/repos/:owner/:repo/check-runs/:id', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const id = numberParam(request, 'id')
    const run = repository.state.checkRuns.find((one) => one.id === id)
    if (!run) throw notFound()
    return checkRunShape(links, repository, run)
  })
  app.patch('/repos/:owner/:repo/check-runs/:id', { config }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const id = numberParam(request, 'id')
    const wanted = body(request, 'CheckRun', runFields)
    const run = await repository.change((state) => {
      const found = state.checkRuns.find((one) => one.id === id)
      if (!found) throw notFound()
      applyRun(found, wanted)
      return found
    })
    return checkRunShape(links, repository, run)
  })
  checkRunListRoute(app, api)
}

function checkRunListRoute(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/commits/:ref/check-runs', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const oid = await commitOf(repository, param(request, 'ref'), 422)
    const name = query(request, 'check_name')
    const runs = repository.state.checkRuns.filter((run) => run.oid === oid && (!name || run.name === name))
    const page = paginate(request, reply, [...runs].reverse())
    return { total_count: runs.length, check_runs: page.map((run) => checkRunShape(links, repository, run)) }
  })
}
