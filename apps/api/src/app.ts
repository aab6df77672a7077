import cors from '@fastify/cors'
import { type FastifyInstance, fastify } from 'fastify'
import type { ApiEnvironment } from './config/environment.ts'
import { type GraphqlOptions, graphqlPlugin } from './graphql/plugin.ts'
import { type HealthOptions, healthRoutes } from './health/routes.ts'
import { checkLimit, standardChecks } from './health/standard.ts'
import { migrationsFolder } from './migrations/folder.ts'
import { createLogger } from './observability/log.ts'
import { createMetrics } from './observability/metrics.ts'
import { lifecyclePlugin } from './plugins/lifecycle.ts'
import { requestMetricsPlugin } from './plugins/request-metrics.ts'
import { servicesPlugin } from './plugins/services.ts'
import { versionPlugin } from './plugins/version.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For the operations server, which answers for the same health. */
    health: HealthOptions
  }
}

/** Builds the api without listening; `close()` on it closes everything that it opened. */
export async function buildApp(
  environment: ApiEnvironment,
  options: { migrationsFolder?: string } & GraphqlOptions = {},
): Promise<FastifyInstance> {
  const { APP_VERSION: version, LOG_LEVEL: level } = environment
  const app: FastifyInstance = fastify({
    loggerInstance: createLogger({ level, version, component: 'api' }),
    trustProxy: true,
    bodyLimit: 256 * 1024,
    // Longer than the load balancer's idle timeout (60 s), so that it never reuses a connection that just closed.
    keepAliveTimeout: 65_000,
  })
  const metrics = createMetrics({ component: 'api', version })

  await app.register(versionPlugin, { version })
  await app.register(requestMetricsPlugin, { metrics })
  await app.register(lifecyclePlugin)
  await app.register(servicesPlugin, { environment, metrics })
  await app.register(cors, { origin: environment.CORS_ORIGINS })
  await app.register(graphqlPlugin, { socketLimits: options.socketLimits ?? {} })
  const health: HealthOptions = {
    checks: standardChecks({
      database: app.database,
      redis: app.redis,
      migrationsFolder: options.migrationsFolder ?? migrationsFolder(),
    }),
    limit: checkLimit(environment),
    shuttingDown: () => app.lifecycle.shuttingDown,
  }
  app.decorate('health', health)
  await app.register(healthRoutes, health)
  return app
}
