import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { Refusal } from '../refusal.ts'
import { authorise, identify, type Tokens } from './auth.ts'
import { checkRunRoutes, statusRoutes } from './checks.ts'
import { commitRoutes, contentRoutes } from './commits.ts'
import type { Api } from './context.ts'
import { deploymentRoutes } from './deployments.ts'
import { issueRoutes } from './issues.ts'
import { pullRoutes } from './pulls.ts'
import { releaseRoutes } from './releases.ts'
import { repositoryRoutes } from './repositories.ts'
import { unlimited, userRoutes } from './users.ts'

const DOCUMENTATION = 'https://docs.github.com/rest'

function refuse(reply: FastifyReply, refusal: Refusal) {
  const { status, message, errors } = refusal
  const body = {
    message,
    ...(errors ? { errors } : {}),
    documentation_url: DOCUMENTATION,
    status: String(status),
  }
  return reply.code(status).send(body)
}

/** GitHub's rate-limit headers, on every answer. */
export function addRateLimit(reply: FastifyReply): void {
  for (const [key, value] of Object.entries(unlimited())) reply.header(`x-ratelimit-${key}`, value)
  reply.header('x-ratelimit-resource', 'core')
}

/** GitHub reads every body as JSON, whatever its content type says, and an empty one as no fields. */
function parseEverythingAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? {} : JSON.parse(text.toString()))
    } catch {
      done(new Refusal(400, 'Problems parsing JSON'))
    }
  })
}

/** The REST API. A route of GitHub's that is not here answers 501, so that nobody mistakes it for an empty result. */
export function restPlugin(api: Api, tokens: Tokens | undefined) {
  return async (app: FastifyInstance): Promise<void> => {
    parseEverythingAsJson(app)
    app.addHook('onRequest', async (request, reply) => {
      addRateLimit(reply)
      request.caller = identify(request.headers.authorization, tokens)
      if (!request.is404) authorise(request)
    })
    app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
      if (error instanceof Refusal) return refuse(reply, error)
      const status = error.statusCode ?? 500
      if (status < 500) return refuse(reply, new Refusal(status, 'Problems parsing JSON'))
      request.log.error({ err: error }, `${request.method} ${request.url} failed`)
      return refuse(reply, new Refusal(500, 'Server Error'))
    })
    app.setNotFoundHandler((request, reply) =>
      refuse(reply, new Refusal(501, `The GitHub stand-in does not have ${request.method} ${request.url}`)),
    )
    repositoryRoutes(app, api)
    commitRoutes(app, api)
    contentRoutes(app, api)
    pullRoutes(app, api)
    issueRoutes(app, api)
    statusRoutes(app, api)
    checkRunRoutes(app, api)
    deploymentRoutes(app, api)
    releaseRoutes(app, api)
    userRoutes(app, api)
  }
}
