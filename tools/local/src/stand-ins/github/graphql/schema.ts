import { readFile } from 'node:fs/promises'
import {
  buildSchema,
  defaultFieldResolver,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql'

let loaded: Promise<GraphQLSchema> | undefined

/** GitHub's published schema, read once. A query for what GitHub does not have is refused by it. */
export function githubSchema(): Promise<GraphQLSchema> {
  loaded ??= readFile(
    new URL('./schema.graphql', import.meta.resolve('@octokit/graphql-schema')),
    'utf8',
  ).then((idl) => buildSchema(idl, { assumeValidSDL: true }))
  return loaded
}

/** An error as GitHub's GraphQL API gives it, with its `type`. */
export function graphqlError(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } })
}

/** Reads the field, or says that the stand-in lacks it: a silent null could be taken for an answer. */
export const honestResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  if (typeof source === 'object' && source !== null && info.fieldName in source) {
    return defaultFieldResolver(source, args, context, info)
  }
  const field = `${info.parentType.name}.${info.fieldName}`
  throw graphqlError('NOT_IMPLEMENTED', `The GitHub stand-in does not have ${field}`)
}
