import formbody from '@fastify/formbody'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { GITHUB } from './events/payloads.ts'
import { gitPlugin } from './git-plugin.ts'
import { graphqlPlugin } from './graphql/plugin.ts'
import type { Hub } from './hub.ts'
import { pagesPlugin } from './pages/plugin.ts'
import type { Tokens } from './rest/auth.ts'
import { API_PREFIX } from './rest/context.ts'
import { restPlugin } from './rest/plugin.ts'

export interface AppOptions {
  readonly hub: Hub
  readonly log: Logger
  readonly tokens?: Tokens | undefined
  readonly anonymousPush?: boolean | undefined
  readonly publicUrl?: string | undefined
}

/** api.github.com has the API at its root; inside, it is where GitHub Enterprise Server has it. */
function rewriteUrl(request: { url?: string | undefined; headers: { host?: string | undefined } }): string {
  const url = request.url ?? '/'
  if (request.headers.host?.split(':')[0] !== new URL(GITHUB.api).host) return url
  return url.split('?')[0] === '/graphql' ? `/api${url}` : `${API_PREFIX}${url}`
}

/** The whole stand-in as one fastify app; it listens on nothing yet. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { hub, log, tokens } = options
  const app = fastify({
    rewriteUrl,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024 * 1024,
    routerOptions: { maxParamLength: 1000 },
    loggerInstance: log as Logger,
  }) as unknown as FastifyInstance
  app.decorateRequest('caller', undefined)
  app.addHook('onResponse', async (request, reply) => {
    const milliseconds = Math.round(reply.elapsedTime)
    log.debug(`${request.method} ${request.host}${request.url} ${reply.statusCode} ${milliseconds} ms`)
  })
  const api = { hub, html: options.publicUrl ?? GITHUB.html }
  await app.register(formbody)
  await app.register(restPlugin(api, tokens), { prefix: API_PREFIX })
  await app.register(graphqlPlugin(api, tokens), { prefix: '/api/graphql' })
  await app.register(gitPlugin({ hub, tokens, anonymousPush: options.anonymousPush ?? true }))
  await app.register(pagesPlugin(hub))
  return app
}
