import type { FastifyInstance } from 'fastify'
import { Refusal } from '../refusal.ts'
import { publicUserShape, userShape } from '../shapes/user.ts'
import { type Api, linksOf, param, repositoryOf } from './context.ts'

/** The stand-in counts nobody's requests: what is left is always everything. */
export function unlimited() {
  const reset = Math.floor(Date.now() / 1000) + 3600
  return { limit: 5000, used: 0, remaining: 5000, reset }
}

/** Users, rate limits, and what a user may do. */
export function userRoutes(app: FastifyInstance, api: Api): void {
  app.get('/user', async (request) => {
    if (!request.caller) throw new Refusal(401, 'Requires authentication')
    return publicUserShape(linksOf(api, request), request.caller.login)
  })
  app.get('/users/:username', async (request) =>
    publicUserShape(linksOf(api, request), param(request, 'username')),
  )
  app.get('/rate_limit', async () => {
    const rate = unlimited()
    return { resources: { core: rate, search: rate, graphql: rate }, rate }
  })
  app.get('/repos/:owner/:repo/collaborators/:username/permission', async (request) => {
    const { links } = await repositoryOf(api, request)
    const user = { ...userShape(links, param(request, 'username')), role_name: 'write' }
    return { permission: 'write', role_name: 'write', user }
  })
}
