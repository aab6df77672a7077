import { z } from 'zod'

interface About {
  /** A value that would be accepted; shown when the given one is not. */
  example: string
  /** Where the cluster gets it from: the ConfigMap `app-config`, the Secret `app-secrets`, or the component's own manifest. */
  source: 'config' | 'secret' | 'component'
}

const about = (facts: About) => ({ ...facts })
const port = z.coerce.number().int().min(0).max(65_535)
const milliseconds = z.coerce.number().int().min(0)
const url = z.url({ protocol: /^https?$/, error: 'is not an http or https URL' })
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'is not a postgresql:// URL' })
const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/, error: 'has an entry that is not an origin' })))

/** Every variable that some process of this image reads: its type, its default, an example, and where it comes from. */
export const variables = {
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('development')
    .meta(about({ example: 'production', source: 'config' })),
  HOST: z
    .string()
    .default('0.0.0.0')
    .meta(about({ example: '0.0.0.0', source: 'component' })),
  PORT: port.default(4000).meta(about({ example: '4000', source: 'config' })),
  METRICS_PORT: port.default(9464).meta(about({ example: '9464', source: 'component' })),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(about({ example: 'info', source: 'config' })),
  APP_VERSION: z
    .string()
    .default('development')
    .meta(about({ example: '40 hexadecimal digits of a git commit', source: 'component' })),
  APP_URL: url.meta(about({ example: 'https://app.appname.example', source: 'config' })),
  API_URL: url.meta(about({ example: 'https://api.appname.example', source: 'config' })),
  CORS_ORIGINS: origins.meta(about({ example: 'https://app.appname.example', source: 'config' })),
  ENABLE_BULL_BOARD: z
    .stringbool()
    .default(false)
    .meta(about({ example: 'false', source: 'config' })),
  OTEL_SDK_DISABLED: z
    .stringbool()
    .default(true)
    .meta(about({ example: 'true', source: 'config' })),
  REDIS_HOST: z
    .string()
    .default('127.0.0.1')
    .meta(about({ example: 'redis.internal', source: 'config' })),
  REDIS_PORT: port.default(6379).meta(about({ example: '6379', source: 'config' })),
  REDIS_TLS: z
    .stringbool()
    .default(false)
    .meta(about({ example: 'true', source: 'config' })),
  REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'may hold only a-z, 0-9 and -')
    .default('appname')
    .meta(about({ example: 'appname-stage', source: 'config' })),
  REDIS_PASSWORD: z
    .string()
    .optional()
    .meta(about({ example: 'a long random text', source: 'secret' })),
  DATABASE_URL: postgresUrl.meta(
    about({ example: 'postgresql://appname:secret@db.internal:5432/appname', source: 'secret' }),
  ),
  JWT_SECRET: z
    .string()
    .min(32, 'is shorter than 32 characters')
    .meta(about({ example: 'the output of: openssl rand -hex 32', source: 'secret' })),
  DRAIN_DELAY_MS: milliseconds.optional().meta(about({ example: '5000', source: 'component' })),
  AUDIT_ARCHIVE_INTERVAL_MS: milliseconds
    .min(100)
    .default(60_000)
    .meta(about({ example: '60000', source: 'component' })),
  MIGRATE_WAIT_MS: milliseconds.default(240_000).meta(about({ example: '240000', source: 'component' })),
  MIGRATE_LOCK_TIMEOUT_MS: milliseconds.default(5_000).meta(about({ example: '5000', source: 'component' })),
  MIGRATE_STATEMENT_TIMEOUT_MS: milliseconds
    .default(120_000)
    .meta(about({ example: '120000', source: 'component' })),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not an AWS region')
    .meta(about({ example: 'eu-central-1', source: 'config' })),
  DB_INSTANCE_IDENTIFIER: z
    .string()
    .min(1)
    .meta(about({ example: 'appname-prod', source: 'component' })),
  TARGET_URL: url.meta(about({ example: 'http://api-ping:4000', source: 'component' })),
  EXPECTED_VERSION: z
    .string()
    .min(1)
    .meta(about({ example: '6c106720a1e5c0d2f4b8e6a7d9c3b1f0e2a4c6d8', source: 'component' })),
  REQUESTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .meta(about({ example: '50', source: 'component' })),
}
