import { GraphQLError, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql'
import type { DocumentLimits } from './limits.ts'
import { overLimits, refusal } from './refusal.ts'

/**
 * What is wrong with an operation that came by WebSocket. Mercurius executes there what it can parse, without
 * validation, and takes subscriptions only.
 */
export function judgeSubscription(
  payload: unknown,
  schema: GraphQLSchema,
  limits: DocumentLimits,
): readonly GraphQLError[] {
  const { query, operationName } = (payload ?? {}) as { query?: unknown; operationName?: unknown }
  if (typeof query !== 'string') return [refusal('GRAPHQL_PARSE_FAILED', 'The payload has no text "query"')]
  try {
    const document = parse(query, { maxTokens: limits.tokens })
    const over = overLimits(document, schema, limits)
    if (over.length > 0) return over
    const invalid = validate(schema, document, undefined, { maxErrors: 10 })
    if (invalid.length > 0) return invalid
    const name = typeof operationName === 'string' ? operationName : undefined
    if (getOperationAST(document, name)?.operation === 'subscription') return []
    return [refusal('SUBSCRIPTIONS_ONLY', 'Send queries and mutations by HTTP; here are subscriptions only')]
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}
