import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { resolve } from '../git/refs.ts'
import type { Hub } from '../hub.ts'
import { mergePull } from '../operations/merge.ts'
import { findPull } from '../operations/pulls.ts'
import { notFound, Refusal } from '../refusal.ts'
import { LOCAL_USER } from '../rest/auth.ts'
import { numberParam, param } from '../rest/context.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { pullPage } from './pull-page.ts'
import { commitPage, repositoryPage } from './repository-page.ts'

// No script runs on these pages, and nothing is fetched for them.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/** A form on another site must not be able to merge: browsers say where a request comes from. */
function requireSameSite(request: FastifyRequest): void {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none'
  const elsewhere = origin !== undefined && origin !== 'null' && new URL(origin).host !== request.host
  if (foreign || elsewhere || origin === 'null') throw new Refusal(403, 'This form came from another site')
}

async function merge(hub: Hub, request: FastifyRequest, reply: FastifyReply) {
  requireSameSite(request)
  const repository = await hub.repository(param(request, 'owner'), param(request, 'repo'))
  const number = numberParam(request, 'number')
  const { sha } = (request.body ?? {}) as { sha?: string }
  try {
    if (!sha) throw new Refusal(422, 'The form did not say which commit was looked at')
    await mergePull(hub, repository, { login: LOCAL_USER }, number, { method: 'merge', expectedHead: sha })
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 404) throw error
    const moved =
      'Not merged: the branch has moved since you opened this page. Look at what is new below, then merge.'
    const notice = error.status === 409 ? moved : `Not merged: ${error.message}`
    return reply.code(error.status).send(await pullPage(repository, findPull(repository, number), notice))
  }
  return reply.redirect(`/${repository.fullName}/pull/${number}`, 303)
}

/** The pages for people: repository, pull request with its Merge button, commit. */
export function pagesPlugin(hub: Hub) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (_request, reply) => {
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', POLICY)
        .header('cache-control', 'no-store')
    })
    app.setErrorHandler((error, request, reply) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'Something failed')
      if (refusal.status === 500) request.log.error({ err: error }, 'a page failed')
      const content = html`<h1>${refusal.status}</h1><p>${refusal.message}</p>`
      return reply.code(refusal.status).send(page(refusal.message, undefined, content))
    })
    app.get('/:owner/:repo', async (request) =>
      repositoryPage(
        await hub.repository(param(request, 'owner'), param(request, 'repo').replace(/\.git$/, '')),
      ),
    )
    app.get('/:owner/:repo/pull/:number', async (request) => {
      const repository = await hub.repository(param(request, 'owner'), param(request, 'repo'))
      return pullPage(repository, findPull(repository, numberParam(request, 'number')))
    })
    app.post('/:owner/:repo/pull/:number/merge', (request, reply) => merge(hub, request, reply))
    app.get('/:owner/:repo/commit/:sha', async (request) => {
      const repository = await hub.repository(param(request, 'owner'), param(request, 'repo'))
      const oid = await resolve(repository.gitDir, param(request, 'sha'))
      if (!oid) throw notFound()
      return commitPage(repository, oid)
    })
  }
}
