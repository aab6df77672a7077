import { type DocumentNode, GraphQLError, type GraphQLSchema, Location } from 'graphql'
import type { DocumentLimits } from './limits.ts'
import { measure } from './measure.ts'

/** Thrown before anything was executed; answered with status 400 and each of the errors. */
export class Refusal extends Error {
  readonly statusCode = 400
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('; '))
    this.errors = errors
  }
}

/** An error whose code says why, and that a program can act on. */
export function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } })
}

/**
 * Every limit that the document is over; it need not have been validated, which is more work than this.
 * `document` may be anything that somebody sent in place of one.
 */
export function overLimits(
  document: DocumentNode | null | undefined,
  schema: GraphQLSchema,
  limits: DocumentLimits,
): GraphQLError[] {
  // Mercurius also takes documents that were parsed elsewhere, which nobody has counted the tokens of.
  if (!(document?.loc instanceof Location)) {
    return [refusal('GRAPHQL_PARSE_FAILED', 'The query is not the text of a GraphQL document')]
  }
  const { depth, complexity, aliases, directives, introspects } = measure(document, schema)
  const errors: GraphQLError[] = []
  const judge = (name: string, code: string, actual: number, limit: number) => {
    if (actual <= limit) return
    const message = `${name} of the query is ${actual}, and may be ${limit} at most`
    errors.push(new GraphQLError(message, { extensions: { code, actual, limit } }))
  }
  judge('The depth', 'DEPTH_LIMIT', depth, limits.depth)
  judge('The complexity', 'COMPLEXITY_LIMIT', complexity, limits.complexity)
  judge('The number of aliases', 'ALIAS_LIMIT', aliases, limits.aliases)
  judge('The number of directives', 'DIRECTIVE_LIMIT', directives, limits.directives)
  if (introspects && !limits.introspection) {
    errors.push(refusal('INTROSPECTION_DISABLED', 'Introspection is off'))
  }
  return errors
}
