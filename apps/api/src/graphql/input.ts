import { GraphQLError } from 'graphql'
import type { z } from 'zod'

/**
 * Checks what a client sent.
 * @throws GraphQLError with code BAD_USER_INPUT that lists every problem with its path
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'value'} ${issue.message}`)
  throw new GraphQLError(problems.join('; '), { extensions: { code: 'BAD_USER_INPUT' } })
}
