import type { FastifyRequest } from 'fastify'
import type { Actor } from '../hub.ts'
import { Refusal } from '../refusal.ts'

export interface TokenGrant {
  readonly login: string
  /** GitHub App permissions, such as { contents: 'write' }; absent: everything. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write'>>
}

export type Tokens = Readonly<Record<string, TokenGrant>>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The GitHub App permission that a write of this route needs. */
    readonly permission?: string
  }
  interface FastifyRequest {
    caller: TokenGrant | undefined
  }
}

/** Who writes without saying who they are, where that is allowed. */
export const LOCAL_USER = 'local-user'

/** The token of an Authorization header: Bearer, token, or the password of Basic. */
export function tokenOf(header: string | undefined): string | undefined {
  const [, scheme = '', value = ''] = /^(\S+)\s+(.+)$/.exec(header ?? '') ?? []
  if (/^(bearer|token)$/i.test(scheme)) return value.trim()
  if (!/^basic$/i.test(scheme)) return undefined
  const text = Buffer.from(value, 'base64').toString()
  return text.slice(text.indexOf(':') + 1) || undefined
}

/** Who calls. With configured tokens only those are known; otherwise any token is the local user's. */
export function identify(header: string | undefined, tokens: Tokens | undefined): TokenGrant | undefined {
  const token = tokenOf(header)
  if (token === undefined) return undefined
  if (!tokens) return { login: LOCAL_USER }
  const grant = Object.hasOwn(tokens, token) ? tokens[token] : undefined
  if (!grant) throw new Refusal(401, 'Bad credentials')
  return grant
}

/** Refuses a write without a token (401) or without the permission it needs (403). */
export function authorise(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (!request.caller) throw new Refusal(401, 'Requires authentication')
  requirePermission(request.caller, request.routeOptions.config.permission)
}

/** Refuses with 403 when the caller's token is not allowed to write this. */
export function requirePermission(caller: TokenGrant, permission: string | undefined): void {
  if (!permission || !caller.permissions || caller.permissions[permission] === 'write') return
  throw new Refusal(403, 'Resource not accessible by integration')
}

/** The caller of a write. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.caller) throw new Refusal(401, 'Requires authentication')
  return request.caller
}
