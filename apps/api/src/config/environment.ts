import { z } from 'zod'
import { Problem } from '../problem.ts'
import { processVariables } from './release.ts'
import { variables } from './variables.ts'

type Variables = typeof variables
export type VariableName = keyof Variables
export type Environment<Name extends VariableName> = { [K in Name]: z.output<Variables[K]> }

const postgres = ['DATABASE_URL'] as const
const redis = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_TLS', 'REDIS_PREFIX', 'REDIS_PASSWORD'] as const
const service = ['NODE_ENV', 'HOST', 'METRICS_PORT', 'LOG_LEVEL', 'APP_VERSION', 'DRAIN_DELAY_MS'] as const

/** What each program of the image reads. */
export const reads = {
  api: [
    ...service,
    ...postgres,
    ...redis,
    'PORT',
    'APP_URL',
    'API_URL',
    'CORS_ORIGINS',
    'ENABLE_BULL_BOARD',
    'OTEL_SDK_DISABLED',
    'JWT_SECRET',
  ],
  worker: [...service, ...postgres, ...redis, 'OTEL_SDK_DISABLED', 'AUDIT_ARCHIVE_INTERVAL_MS'],
  migrate: [...postgres, 'MIGRATE_WAIT_MS', 'MIGRATE_LOCK_TIMEOUT_MS', 'MIGRATE_STATEMENT_TIMEOUT_MS'],
  snapshot: ['AWS_REGION', 'DB_INSTANCE_IDENTIFIER', 'APP_VERSION'],
  smoke: ['APP_URL', 'API_URL'],
  canaryCheck: ['TARGET_URL', 'EXPECTED_VERSION', 'REQUESTS'],
} as const satisfies Record<string, readonly VariableName[]>

export type Program = keyof typeof reads
export type EnvironmentOf<P extends Program> = Environment<(typeof reads)[P][number]>
export type ApiEnvironment = EnvironmentOf<'api'>
export type WorkerEnvironment = EnvironmentOf<'worker'>

/**
 * Reads what `program` needs from `source`. An empty value counts as not set.
 * @throws Problem `environment` that lists every variable that is missing or wrong, what is wrong, and an example;
 *   never the value itself, which may be a secret.
 */
export function readEnvironment<P extends Program>(
  program: P,
  source: NodeJS.ProcessEnv = processVariables(),
): EnvironmentOf<P> {
  const names: readonly VariableName[] = reads[program]
  const given = Object.fromEntries(names.map((name) => [name, source[name] || undefined]))
  const shape = Object.fromEntries(names.map((name) => [name, variables[name]]))
  const result = z.object(shape).safeParse(given)
  if (result.success) return result.data as EnvironmentOf<P>

  const problems = names.flatMap((name) => {
    const issue = result.error.issues.find((candidate) => candidate.path[0] === name)
    if (issue === undefined) return []
    const wrong = given[name] === undefined ? 'is not set' : issue.message
    return [`${name} ${wrong} (example: ${variables[name].meta()?.example})`]
  })
  throw new Problem({
    code: 'environment',
    what: problems.join('; '),
    where: `environment of ${program}`,
    remedy: `set ${problems.length === 1 ? 'it' : `these ${problems.length}`} and start again`,
  })
}
