import { z } from 'zod'
import { exitCodes, PromoteError } from './errors.ts'

const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

const environmentSchema = z
  .object({
    GITHUB_TOKEN: z
      .string({ error: 'is missing: a token that may read and write contents and pull requests' })
      .min(1),
    GITHUB_REPOSITORY: z
      .string({ error: 'is missing: owner/repository' })
      .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/repository'),
    GITHUB_API_URL: address.default('https://api.github.com'),
    GITHUB_GRAPHQL_URL: address.optional(),
    GITHUB_SERVER_URL: address.default('https://github.com'),
    PROMOTE_REGISTRY_ENDPOINT: address.optional(),
    PROMOTE_REGISTRY_TOKEN: z.string().optional(),
  })
  .transform(({ GITHUB_REPOSITORY, GITHUB_GRAPHQL_URL, ...rest }) => {
    const [owner = '', repository = ''] = GITHUB_REPOSITORY.split('/')
    const apiUrl = rest.GITHUB_API_URL.replace(/\/$/, '')
    return {
      token: rest.GITHUB_TOKEN,
      owner,
      repository,
      apiUrl,
      graphqlUrl: GITHUB_GRAPHQL_URL ?? `${apiUrl.replace(/\/v3$/, '')}/graphql`,
      serverUrl: rest.GITHUB_SERVER_URL.replace(/\/$/, ''),
      registryEndpoint: rest.PROMOTE_REGISTRY_ENDPOINT,
      registryToken: rest.PROMOTE_REGISTRY_TOKEN,
    }
  })

export type Environment = z.output<typeof environmentSchema>

/**
 * Reads the environment variables, the same ones that GitHub Actions sets.
 * @throws PromoteError environment-incomplete naming every problem at once, never a value
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  if (given.GITHUB_TOKEN === undefined && given.GH_TOKEN !== undefined) given.GITHUB_TOKEN = given.GH_TOKEN
  const result = environmentSchema.safeParse(given)
  if (result.success) return result.data
  throw new PromoteError({
    code: 'environment-incomplete',
    message: result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
    remedy: 'Set them in the environment; `npm run promote -- --help` lists them all.',
    exitCode: exitCodes.wrongUse,
  })
}
