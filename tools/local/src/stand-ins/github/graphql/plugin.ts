import type { FastifyInstance } from 'fastify'
import { execute, type GraphQLError, parse, validate } from 'graphql'
import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import { identify, type Tokens } from '../rest/auth.ts'
import { type Api, linksOf } from '../rest/context.ts'
import { addRateLimit } from '../rest/plugin.ts'
import { rootValue } from './root.ts'
import { githubSchema, honestResolver } from './schema.ts'

const operation = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
})

/** GitHub puts an error's type beside its message. */
function errorShape(error: GraphQLError) {
  const { type, ...extensions } = error.extensions
  return {
    ...(type === undefined ? {} : { type }),
    ...(error.path ? { path: error.path } : {}),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    locations: error.locations ?? [],
    message: error.message,
  }
}

async function run(
  api: Api,
  links: ReturnType<typeof linksOf>,
  caller: { login: string },
  wanted: z.infer<typeof operation>,
) {
  const schema = await githubSchema()
  const document = parse(wanted.query)
  const errors = validate(schema, document)
  if (errors.length > 0) return { errors: errors.map(errorShape) }
  const result = await execute({
    schema,
    document,
    rootValue: rootValue(api, links, caller),
    variableValues: wanted.variables ?? {},
    operationName: wanted.operationName ?? null,
    fieldResolver: honestResolver,
  })
  const unexpected = result.errors?.find(
    (error) => error.originalError && !('extensions' in error.originalError),
  )
  if (unexpected) api.hub.log.error({ err: unexpected.originalError }, 'a GraphQL resolver failed')
  if (!result.errors) return { data: result.data }
  return { data: result.data ?? null, errors: result.errors.map(errorShape) }
}

/** POST /graphql, against GitHub's own schema. */
export function graphqlPlugin(api: Api, tokens: Tokens | undefined) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error, request, reply) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'Server Error')
      if (refusal.status === 500) request.log.error({ err: error }, 'GraphQL failed')
      return reply
        .code(refusal.status)
        .send({ message: refusal.message, documentation_url: '', status: `${refusal.status}` })
    })
    app.post('', async (request, reply) => {
      addRateLimit(reply)
      const caller = identify(request.headers.authorization, tokens)
      if (!caller) throw new Refusal(401, 'This endpoint requires you to be authenticated.')
      const wanted = operation.safeParse(request.body)
      if (!wanted.success) throw new Refusal(400, 'A query attribute must be specified and must be a string.')
      try {
        return await run(api, linksOf(api, request), caller, wanted.data)
      } catch (error) {
        if (error instanceof Error && error.name === 'GraphQLError')
          return { errors: [errorShape(error as GraphQLError)] }
        throw error
      }
    })
  }
}
