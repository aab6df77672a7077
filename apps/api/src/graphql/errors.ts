import type { FastifyBaseLogger } from 'fastify'
import { type ExecutionResult, GraphQLError } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import type { Counter } from 'prom-client'

declare module 'mercurius' {
  interface MercuriusContext {
    /** query, mutation or subscription; unset while the document is not known to be valid. */
    operationType?: string
  }
}

export interface ErrorReport {
  log: FastifyBaseLogger
  counter: Counter<'type' | 'code'>
  /** Names of the schema that a misspelt one resembles: for developers, and for who wants to learn a hidden schema. */
  suggestions: boolean
}

/**
 * Lets through what the client can act on (syntax, validation, limits, refused input) and hides the rest behind
 * `Internal error`, which is logged in full. Every error gets a code, is counted by operation type and code, and logged.
 * @returns the answer: status of what was refused before it ran, else 200
 */
export function formatErrors(
  execution: ExecutionResult & Required<Pick<ExecutionResult, 'errors'>>,
  context: MercuriusContext,
  report: ErrorReport,
) {
  const type = context.operationType ?? 'unknown'
  const transport: About['transport'] = context.reply === undefined ? 'websocket' : 'http'
  const log = context.reply?.log ?? report.log
  const errors = execution.errors.flatMap((outer) => {
    const expected = isForClient(outer)
    if (!expected) log.error({ err: outer.originalError ?? outer, path: outer.path }, 'resolver failed')
    const ran = context.operationType !== undefined
    const about = { type, transport, ran }
    return (expected ? unwrap(outer) : [hidden(outer)]).map((error) =>
      answer(error, about, { ...report, log }),
    )
  })
  const refused = execution.errors
    .map(({ originalError }) => statusOf(originalError))
    .find((status) => status !== 0)
  const statusCode = execution.data ? 200 : (refused ?? 200)
  return { statusCode, response: { data: execution.data ?? null, errors } }
}

interface About {
  type: string
  transport: 'http' | 'websocket'
  /** Whether it happened while executing; before that, the whole operation is refused. */
  ran: boolean
}

/** The error as it is answered, counted and logged. */
export function answer(
  error: GraphQLError,
  { type, transport, ran }: About,
  report: ErrorReport,
): GraphQLError {
  const code = codeOf(error)
  const answered = withCode(error, code, report.suggestions)
  report.counter.inc({ type, code })
  const line = { reason: code, type, transport, message: answered.message.slice(0, 300) }
  if (ran) report.log.info(line, 'GraphQL error')
  else report.log.warn(line, 'GraphQL request refused')
  return answered
}

function isForClient(error: GraphQLError): boolean {
  if (error.originalError == null || typeof error.extensions.code === 'string') return true
  const status = statusOf(error.originalError)
  return status > 0 && status < 500
}

function statusOf(error: unknown): number {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown }
  return typeof statusCode === 'number' ? statusCode : 0
}

/** Mercurius and `Refusal` carry several errors in one. */
function unwrap(error: GraphQLError): GraphQLError[] {
  const { errors } = (error.originalError ?? {}) as { errors?: unknown }
  if (!Array.isArray(errors)) return [error]
  return errors.map((inner) => (inner instanceof GraphQLError ? inner : new GraphQLError(inner.message)))
}

function hidden(error: GraphQLError): GraphQLError {
  return new GraphQLError('Internal error', {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: { code: 'INTERNAL' },
  })
}

/** The code that the error has, or the one that its kind has; there are few of them. */
function codeOf(error: GraphQLError): string {
  if (typeof error.extensions.code === 'string') return error.extensions.code
  const { code } = (error.originalError ?? {}) as { code?: unknown }
  if (typeof code === 'string') return code
  if (/^Syntax Error: Document contains more tha[tn] \d+ tokens/.test(error.message)) return 'TOKEN_LIMIT'
  return error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED'
}

function withCode(error: GraphQLError, code: string, suggestions: boolean): GraphQLError {
  const message = suggestions ? error.message : error.message.replace(/ Did you mean [^?]*\?/, '')
  const { nodes, source, positions, path, originalError } = error
  return new GraphQLError(message, {
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
    ...(path && { path }),
    ...(originalError && { originalError }),
    extensions: { ...error.extensions, code },
  })
}
