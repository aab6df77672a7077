import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { readCommit } from '../git/objects.ts'
import { branchTip, listRefs, readRef, resolve } from '../git/refs.ts'
import { createRef, deleteRef, updateRef } from '../operations/refs.ts'
import { invalid, notFound, Refusal } from '../refusal.ts'
import { commitShape } from '../shapes/commit.ts'
import { repositoryShape, repositoryUrl } from '../shapes/repository.ts'
import type { Links } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'
import { actorOf } from './auth.ts'
import { type Api, body, paginate, param, repositoryOf } from './context.ts'

function refShape(links: Links, repository: Repository, ref: { name: string; oid: string; type: string }) {
  const api = repositoryUrl(links, repository)
  return {
    ref: ref.name,
    node_id: Buffer.from(ref.name).toString('base64url'),
    url: `${api}/git/${ref.name}`,
    object: { type: ref.type, sha: ref.oid, url: `${api}/git/${ref.type}s/${ref.oid}` },
  }
}

function contextsOf(repository: Repository, branch: string): string[] {
  return repository.state.requiredChecks[branch] ?? []
}

function protectionShape(links: Links, repository: Repository, branch: string) {
  const contexts = contextsOf(repository, branch)
  const url = `${repositoryUrl(links, repository)}/branches/${encodeURIComponent(branch)}/protection`
  return {
    url,
    required_status_checks: {
      url: `${url}/required_status_checks`,
      strict: false,
      contexts,
      contexts_url: `${url}/required_status_checks/contexts`,
      checks: contexts.map((context) => ({ context, app_id: null })),
    },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: true },
  }
}

const newRef = z.object({ ref: z.string(), sha: z.string() })
const refUpdate = z.object({ sha: z.string(), force: z.boolean().default(false) })
const protection = z.object({
  required_status_checks: z.object({ contexts: z.array(z.string()).default([]) }).nullable(),
})

/** Repositories, refs and branches. */
export function repositoryRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    return repositoryShape(links, repository)
  })
  refRoutes(app, api)
  branchRoutes(app, api)
  protectionRoutes(app, api)
}

function refRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/git/ref/*', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const ref = await readRef(repository.gitDir, `refs/${param(request, '*')}`)
    if (!ref) throw notFound()
    return refShape(links, repository, ref)
  })
  app.get('/repos/:owner/:repo/git/matching-refs/*', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const refs = await listRefs(repository.gitDir, `refs/${param(request, '*')}`)
    return refs.map((ref) => refShape(links, repository, ref))
  })
  const config = { permission: 'contents' }
  app.post('/repos/:owner/:repo/git/refs', { config }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const { ref, sha } = body(request, 'Reference', newRef)
    await createRef(api.hub, repository, actorOf(request), ref, sha)
    const created = await readRef(repository.gitDir, ref)
    if (!created) throw new Refusal(422, 'Reference update failed')
    return reply.code(201).send(refShape(links, repository, created))
  })
  app.patch('/repos/:owner/:repo/git/refs/*', { config }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const name = `refs/${param(request, '*')}`
    const { sha, force } = body(request, 'Reference', refUpdate)
    await updateRef(api.hub, repository, actorOf(request), name, sha, force)
    return refShape(links, repository, { name, oid: sha, type: 'commit' })
  })
  app.delete('/repos/:owner/:repo/git/refs/*', { config }, async (request, reply) => {
    const { repository } = await repositoryOf(api, request)
    await deleteRef(api.hub, repository, actorOf(request), `refs/${param(request, '*')}`)
    return reply.code(204).send()
  })
}

function branchRoutes(app: FastifyInstance, api: Api): void {
  app.get('/repos/:owner/:repo/branches', async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const refs = await listRefs(repository.gitDir, 'refs/heads/')
    return paginate(request, reply, refs).map((ref) => {
      const name = ref.name.slice('refs/heads/'.length)
      const url = `${repositoryUrl(links, repository)}/commits/${ref.oid}`
      return { name, commit: { sha: ref.oid, url }, protected: contextsOf(repository, name).length > 0 }
    })
  })
  app.get('/repos/:owner/:repo/branches/:branch', async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const name = param(request, 'branch')
    const oid = await resolve(repository.gitDir, `refs/heads/${name}`)
    if (!oid) throw new Refusal(404, 'Branch not found')
    const self = `${repositoryUrl(links, repository)}/branches/${encodeURIComponent(name)}`
    const contexts = contextsOf(repository, name)
    return {
      name,
      commit: commitShape(links, repository, await readCommit(repository.gitDir, oid)),
      _links: { self, html: `${links.html}/${repository.fullName}/tree/${name}` },
      protected: contexts.length > 0,
      protection: {
        enabled: contexts.length > 0,
        required_status_checks: {
          enforcement_level: contexts.length > 0 ? 'everyone' : 'off',
          contexts,
          checks: contexts.map((context) => ({ context, app_id: null })),
        },
      },
      protection_url: `${self}/protection`,
    }
  })
}

function protectionRoutes(app: FastifyInstance, api: Api): void {
  const path = '/repos/:owner/:repo/branches/:branch/protection'
  app.get(path, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const branch = param(request, 'branch')
    if (contextsOf(repository, branch).length === 0) throw new Refusal(404, 'Branch not protected')
    return protectionShape(links, repository, branch)
  })
  app.put(path, { config: { permission: 'administration' } }, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const branch = param(request, 'branch')
    const { required_status_checks: checks } = body(request, 'Protection', protection)
    if (!(await branchTip(repository.gitDir, branch))) throw invalid('Protection', 'branch', 'no such branch')
    await repository.change((state) => {
      state.requiredChecks[branch] = checks?.contexts ?? []
    })
    return protectionShape(links, repository, branch)
  })
}
