import { z } from 'zod'

const httpUrl = (example: string) =>
  z
    .url({ protocol: /^https?$/, error: `must be an http(s) URL, for example ${example}` })
    .transform((value) => value.replace(/\/+$/, ''))

const schema = z.object({
  APP_URL: httpUrl('https://app.appname.example'),
  API_URL: httpUrl('https://api.appname.example'),
  APP_VERSION: z.string().min(1, 'must be the git commit the image was built from').default('unknown'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
})

/** What the process reads from its environment. URLs carry no trailing slash; APP_VERSION is a git commit, 40 hex digits. */
export type Environment = z.infer<typeof schema>

/** The environment is not usable. `problems` holds one line per variable; the message is all of them and the remedy. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'

  constructor(readonly problems: readonly string[]) {
    super(
      [
        `The environment of web has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`,
        ...problems.map((problem) => `  ${problem}`),
        'Set them in the ConfigMap app-config (or in the shell, for local work) and start again.',
      ].join('\n'),
    )
  }
}

/**
 * Reads and checks the environment.
 *
 * @throws EnvironmentError naming every wrong or missing variable at once.
 */
export const readEnvironment = (source: Readonly<Record<string, string | undefined>>): Environment => {
  const parsed = schema.safeParse(source)
  if (parsed.success) return parsed.data
  throw new EnvironmentError(
    parsed.error.issues.map((issue) => {
      const name = issue.path.join('.')
      const value = source[name]
      return `${name} ${issue.message} (${value === undefined ? 'it is not set' : `it is ${JSON.stringify(value)}`})`
    }),
  )
}

let current: Environment | undefined

/** The environment of this process, read at first use and never at build time. Throws EnvironmentError like readEnvironment. */
export const environment = (): Environment => {
  current ??= readEnvironment(process.env)
  return current
}
