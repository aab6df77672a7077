import type { FastifyBaseLogger } from 'fastify'
import { type ExecutionResult, GraphQLError } from 'graphql'
import mercurius, { type MercuriusContext } from 'mercurius'
import type { Counter } from 'prom-client'

declare module 'mercurius' {
  interface MercuriusContext {
    /** query, mutation or subscription; unset while the document is not known to be valid. */
    operationType?: string
  }
}

/**
 * Lets through what the client can act on (syntax, validation, limits, refused input) and hides the rest behind
 * `Internal error`, which is logged in full. Every error is counted by operation type and code.
 */
export function formatErrors(
  execution: ExecutionResult & Required<Pick<ExecutionResult, 'errors'>>,
  context: MercuriusContext,
  log: FastifyBaseLogger,
  counter: Counter<'type' | 'code'>,
) {
  const errors = execution.errors.map((error) => {
    const expected = isForClient(error)
    counter.inc({ type: context.operationType ?? 'unknown', code: codeOf(error, expected) })
    if (expected) return error
    log.error({ err: error.originalError ?? error, path: error.path }, 'resolver failed')
    return new GraphQLError('Internal error', {
      ...(error.nodes ? { nodes: error.nodes } : {}),
      ...(error.path ? { path: error.path } : {}),
      extensions: { code: 'INTERNAL' },
    })
  })
  return mercurius.defaultErrorFormatter({ ...execution, errors }, context)
}

function isForClient(error: GraphQLError): boolean {
  if (error.originalError == null || typeof error.extensions.code === 'string') return true
  const { statusCode } = error.originalError as { statusCode?: unknown }
  return typeof statusCode === 'number' && statusCode < 500
}

function codeOf(error: GraphQLError, expected: boolean): string {
  if (!expected) return 'INTERNAL'
  if (typeof error.extensions.code === 'string') return error.extensions.code
  const { code } = (error.originalError ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : 'GRAPHQL_VALIDATION_FAILED'
}
