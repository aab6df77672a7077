import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { GITHUB } from '../events/payloads.ts'
import { resolve, resolveCommitish } from '../git/refs.ts'
import type { Hub } from '../hub.ts'
import { Refusal } from '../refusal.ts'
import type { Links } from '../shapes/user.ts'
import type { Repository } from '../state/repository.ts'

export interface Api {
  readonly hub: Hub
  /** The origin of the pages that answers point to. */
  readonly html: string
}

/** The path under which REST answers on any host but api.github.com. */
export const API_PREFIX = '/api/v3'

/** Where the answer's addresses point: back to where the request came in, so that a client can follow them. */
export function linksOf(api: Api, request: FastifyRequest): Links {
  const own = request.host.split(':')[0] === new URL(GITHUB.api).host
  return { api: own ? GITHUB.api : `${request.protocol}://${request.host}${API_PREFIX}`, html: api.html }
}

export interface RepositoryParams {
  readonly owner: string
  readonly repo: string
}

/** The repository that a route names, and where answers about it point. */
export async function repositoryOf(
  api: Api,
  request: FastifyRequest,
): Promise<{ repository: Repository; links: Links }> {
  const { owner, repo } = request.params as RepositoryParams
  return { repository: await api.hub.repository(owner, repo), links: linksOf(api, request) }
}

/** One path parameter; `*` is the rest of the path. */
export function param(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? ''
}

/** A numeric path parameter; anything else is a resource that does not exist. */
export function numberParam(request: FastifyRequest, name: string): number {
  const value = Number(param(request, name))
  if (!Number.isSafeInteger(value)) throw new Refusal(404, 'Not Found')
  return value
}

/** One value of the query string. */
export function query(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name]
  return Array.isArray(value) ? value[0] : value
}

/** The body as the schema reads it; 422 naming every field that is wrong. */
export function body<S extends z.ZodType>(request: FastifyRequest, resource: string, schema: S): z.infer<S> {
  const parsed = schema.safeParse(request.body ?? {})
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({
    resource,
    field: issue.path.join('.'),
    code: 'invalid',
    message: issue.message,
  }))
  throw new Refusal(422, 'Validation Failed', errors)
}

/** The commit that a ref of the API names; refuses with the given status when there is none. */
export async function commitOf(repository: Repository, ref: string, status = 404): Promise<string> {
  const oid = await resolveCommitish(repository.gitDir, ref)
  if (oid) return oid
  throw new Refusal(status, status === 422 ? `No commit found for SHA: ${ref}` : 'Not Found')
}

/** Refuses with 422 a sha that is no commit of this repository. */
export async function requireCommit(repository: Repository, sha: string): Promise<string> {
  const oid = /^[0-9a-f]{40}$/.test(sha) ? await resolve(repository.gitDir, sha) : undefined
  if (!oid) throw new Refusal(422, `No commit found for SHA: ${sha}`)
  return oid
}

export interface Page {
  readonly skip: number
  readonly limit: number
}

/** The page that is asked for: `per_page` (30, at most 100) and `page` (from 1). */
export function pageOf(request: FastifyRequest): Page {
  const whole = (text: string | undefined, otherwise: number) => {
    const value = Number.parseInt(text ?? '', 10)
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise
  }
  const limit = Math.min(whole(query(request, 'per_page'), 30), 100)
  return { limit, skip: (whole(query(request, 'page'), 1) - 1) * limit }
}

/** Sets the Link header of a list with `total` members. */
export function linkPages(request: FastifyRequest, reply: FastifyReply, total: number): Page {
  const page = pageOf(request)
  const current = page.skip / page.limit + 1
  const last = Math.max(1, Math.ceil(total / page.limit))
  const links: string[] = []
  const add = (rel: string, number: number) => {
    const url = new URL(request.originalUrl, `${request.protocol}://${request.host}`)
    url.searchParams.set('page', String(number))
    links.push(`<${url.href}>; rel="${rel}"`)
  }
  if (current > 1) add('prev', Math.min(current - 1, last))
  if (current < last) add('next', current + 1)
  if (current < last) add('last', last)
  if (current > 1) add('first', 1)
  if (links.length > 0) reply.header('link', links.join(', '))
  return page
}

/** The members of the page that is asked for. */
export function paginate<T>(request: FastifyRequest, reply: FastifyReply, items: readonly T[]): T[] {
  const { skip, limit } = linkPages(request, reply, items.length)
  return items.slice(skip, skip + limit)
}
