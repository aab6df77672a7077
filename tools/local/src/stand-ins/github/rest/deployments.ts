import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { GITHUB } from '../events/payloads.ts'
import { notFound } from '../refusal.ts'
import { deploymentShape, deploymentStatusShape } from '../shapes/evidence.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import { now, type Repository } from '../state/repository.ts'
import type { Deployment, DeploymentStatus, RepositoryState } from '../state/schema.ts'
import { actorOf } from './auth.ts'
import { type Api, body, commitOf, numberParam, paginate, query, repositoryOf } from './context.ts'

const newDeployment = z.object({
  ref: z.string().min(1),
  task: z.string().default('deploy'),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
  environment: z.string().default('production'),
  description: z.string().nullable().default(null),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
})
const newDeploymentStatus = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  target_url: z.string().default(''),
  log_url: z.string().default(''),
  environment_url: z.string().default(''),
  description: z.string().max(140).default(''),
  environment: z.string().optional(),
  auto_inactive: z.boolean().default(true),
})

function findDeployment(state: Readonly<RepositoryState>, id: number): Deployment {
  const deployment = state.deployments.find((one) => one.id === id)
  if (!deployment) throw notFound()
  return deployment
}

function sendEvent(
  api: Api,
  repository: Repository,
  login: string,
  deployment: Deployment,
  status?: DeploymentStatus,
) {
  const common = {
    action: 'created',
    deployment: deploymentShape(GITHUB, repository, deployment),
    workflow: null,
    workflow_run: null,
    repository: repositoryShape(GITHUB, repository),
    sender: userShape(GITHUB, login),
  }
  if (!status) return api.hub.deliveries.send('deployment', common)
  const shape = deploymentStatusShape(GITHUB, repository, deployment.id, status)
  api.hub.deliveries.send('deployment_status', { ...common, deployment_status: shape })
}

/** Deployments and their statuses: what GitHub's Environments page shows. */
export function deploymentRoutes(app: FastifyInstance, api: Api): void {
  const deployments = '/repos/:owner/:repo/deployments'
  const config = { permission: 'deployments' }
  app.get(deployments, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const [sha, ref, task, environment] = ['sha', 'ref', 'task', 'environment'].map((name) =>
      query(request, name),
    )
    const found = repository.state.deployments.filter(
      (one) =>
        (!sha || one.oid === sha) &&
        (!ref || one.ref === ref) &&
        (!task || one.task === task) &&
        (!environment || one.environment === environment),
    )
    return paginate(request, reply, found.reverse()).map((one) => deploymentShape(links, repository, one))
  })
  app.post(deployments, { config }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const wanted = body(request, 'Deployment', newDeployment)
    const oid = await commitOf(repository, wanted.ref, 422)
    const { login } = actorOf(request)
    const deployment = await repository.change((state) => {
      const created = { ...newDeploymentRecord(wanted, login), id: state.nextId++, oid }
      state.deployments.push(created)
      return created
    })
    sendEvent(api, repository, login, deployment)
    return reply.code(201).send(deploymentShape(links, repository, deployment))
  })
  app.get(`${deployments}/:id`, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const deployment = findDeployment(repository.state, numberParam(request, 'id'))
    return deploymentShape(links, repository, deployment)
  })
  deploymentStatusRoutes(app, api, `${deployments}/:id/statuses`)
}

function newDeploymentRecord(
  wanted: z.infer<typeof newDeployment>,
  login: string,
): Omit<Deployment, 'id' | 'oid'> {
  const instant = now()
  return {
    ref: wanted.ref,
    task: wanted.task,
    environment: wanted.environment,
    description: wanted.description,
    payload: wanted.payload,
    transient: wanted.transient_environment,
    production: wanted.production_environment ?? wanted.environment === 'production',
    creator: login,
    createdAt: instant,
    updatedAt: instant,
    statuses: [],
  }
}

function deploymentStatusRoutes(app: FastifyInstance, api: Api, path: string): void {
  app.get(path, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const { id, statuses } = findDeployment(repository.state, numberParam(request, 'id'))
    const page = paginate(request, reply, [...statuses].reverse())
    return page.map((status) => deploymentStatusShape(links, repository, id, status))
  })
  app.post(path, { config: { permission: 'deployments' } }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const id = numberParam(request, 'id')
    const wanted = body(request, 'DeploymentStatus', newDeploymentStatus)
    const { login } = actorOf(request)
    const status = await repository.change((state) => {
      const deployment = findDeployment(state, id)
      const created: DeploymentStatus = {
        id: state.nextId++,
        state: wanted.state,
        description: wanted.description,
        environment: wanted.environment ?? deployment.environment,
        environmentUrl: wanted.environment_url,
        logUrl: wanted.log_url || wanted.target_url,
        creator: login,
        createdAt: now(),
      }
      deployment.statuses.push(created)
      deployment.updatedAt = created.createdAt
      if (wanted.state === 'success' && wanted.auto_inactive) retireEarlier(state, deployment, login)
      return created
    })
    sendEvent(api, repository, login, findDeployment(repository.state, id), status)
    return reply.code(201).send(deploymentStatusShape(links, repository, id, status))
  })
}

/** A success makes earlier successful deployments of the environment inactive, unless it is a production one. */
function retireEarlier(state: RepositoryState, current: Deployment, login: string): void {
  for (const deployment of state.deployments) {
    const last = deployment.statuses.at(-1)
    if (deployment.id === current.id || deployment.environment !== current.environment) continue
    if (deployment.production || deployment.transient || last?.state !== 'success') continue
    const createdAt = now()
    deployment.statuses.push({ ...last, id: state.nextId++, state: 'inactive', creator: login, createdAt })
  }
}
