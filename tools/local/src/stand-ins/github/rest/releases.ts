import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { resolve } from '../git/refs.ts'
import type { Actor } from '../hub.ts'
import { createRef } from '../operations/refs.ts'
import { notFound, Refusal } from '../refusal.ts'
import { releaseShape } from '../shapes/evidence.ts'
import { now, type Repository } from '../state/repository.ts'
import type { Release } from '../state/schema.ts'
import { actorOf } from './auth.ts'
import { type Api, body, commitOf, paginate, param, repositoryOf } from './context.ts'

const newRelease = z.object({
  tag_name: z.string().min(1),
  target_commitish: z.string().optional(),
  name: z.string().nullable().default(null),
  body: z.string().nullable().default(null),
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
})

/** Writes a release; a published one makes its tag at `target_commitish` when there is none. */
async function createRelease(
  api: Api,
  repository: Repository,
  actor: Actor,
  wanted: z.infer<typeof newRelease>,
) {
  const target = wanted.target_commitish ?? repository.state.defaultBranch
  if (repository.state.releases.some((one) => one.tag === wanted.tag_name)) {
    const error = { resource: 'Release', code: 'already_exists', field: 'tag_name' }
    throw new Refusal(422, 'Validation Failed', [error])
  }
  const ref = `refs/tags/${wanted.tag_name}`
  if (!wanted.draft && !(await resolve(repository.gitDir, ref))) {
    await createRef(api.hub, repository, actor, ref, await commitOf(repository, target, 422))
  }
  const { tag_name: tag, name, body: text, draft, prerelease } = wanted
  return repository.change((state) => {
    const [createdAt, id] = [now(), state.nextId++]
    const publishedAt = draft ? null : createdAt
    const author = actor.login
    const created: Release = {
      id,
      tag,
      target,
      name,
      body: text,
      draft,
      prerelease,
      author,
      createdAt,
      publishedAt,
    }
    state.releases.push(created)
    return created
  })
}

/** Releases; publishing one creates its tag when it is missing. */
export function releaseRoutes(app: FastifyInstance, api: Api): void {
  const releases = '/repos/:owner/:repo/releases'
  app.get(releases, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const page = paginate(request, reply, [...repository.state.releases].reverse())
    return page.map((release) => releaseShape(links, repository, release))
  })
  app.get(`${releases}/tags/:tag`, async (request) => {
    const { repository, links } = await repositoryOf(api, request)
    const tag = param(request, 'tag')
    const release = repository.state.releases.find((one) => one.tag === tag && !one.draft)
    if (!release) throw notFound()
    return releaseShape(links, repository, release)
  })
  app.post(releases, { config: { permission: 'contents' } }, async (request, reply) => {
    const { repository, links } = await repositoryOf(api, request)
    const wanted = body(request, 'Release', newRelease)
    const release = await createRelease(api, repository, actorOf(request), wanted)
    return reply.code(201).send(releaseShape(links, repository, release))
  })
}
