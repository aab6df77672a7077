import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import { z } from 'zod'
import { type GitHubOptions, startGitHub } from './server.ts'

/** The configuration file of the process: what startGitHub takes, with TLS as file names. */
const configuration = z.object({
  dataDir: z.string(),
  listen: z
    .array(
      z.union([
        z.object({ socketPath: z.string() }),
        z.object({
          host: z.string(),
          port: z.number().int().min(0),
          tls: z.object({ keyFile: z.string(), certFile: z.string() }).optional(),
        }),
      ]),
    )
    .min(1),
  webhooks: z
    .array(z.object({ url: z.url(), secret: z.string().optional(), events: z.array(z.string()).optional() }))
    .default([]),
  publicUrl: z.url().optional(),
  tokens: z
    .record(
      z.string(),
      z.object({
        login: z.string(),
        permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
      }),
    )
    .optional(),
  anonymousPush: z.boolean().optional(),
})

async function readListen(address: z.infer<typeof configuration>['listen'][number]) {
  if ('socketPath' in address || !address.tls) return address as { host: string; port: number }
  const [key, cert] = await Promise.all([
    readFile(address.tls.keyFile, 'utf8'),
    readFile(address.tls.certFile, 'utf8'),
  ])
  return { host: address.host, port: address.port, tls: { key, cert } }
}

async function main(file: string | undefined): Promise<void> {
  if (!file) throw new Error('name the configuration file: main.ts <file.json>, or GITHUB_STAND_IN_CONFIG')
  const parsed = configuration.safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`)
  const log = pino({ level: process.env.LOG_LEVEL ?? 'info', base: null }, pino.destination(2))
  const listen = await Promise.all(parsed.data.listen.map(readListen))
  const github = await startGitHub({ ...(parsed.data as Omit<GitHubOptions, 'listen'>), listen, log })
  log.info(`GitHub stand-in on ${github.addresses.join(', ')}`)
  // What started this process reads one line of JSON: where to reach it.
  process.stdout.write(`${JSON.stringify({ addresses: github.addresses })}\n`)
  const stop = () => {
    github.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

main(process.argv[2] ?? process.env.GITHUB_STAND_IN_CONFIG).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error && !process.env.DEBUG ? error.message : String(error)}\n`)
  process.exit(1)
})
