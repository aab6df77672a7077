import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { runHttpBackend } from './git/http-backend.ts'
import type { Hub } from './hub.ts'
import { afterRefUpdates } from './operations/follow.ts'
import { Refusal } from './refusal.ts'
import { identify, LOCAL_USER, requirePermission, type Tokens } from './rest/auth.ts'

export interface GitPluginOptions {
  readonly hub: Hub
  readonly tokens: Tokens | undefined
  /** Whether a push without a token is accepted, as the local user's. */
  readonly anonymousPush: boolean
}

function isPush(request: FastifyRequest): boolean {
  return request.url.endsWith('/git-receive-pack') || request.url.endsWith('service=git-receive-pack')
}

async function serve(
  options: GitPluginOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  service: string,
) {
  const { owner, repo } = request.params as { owner: string; repo: string }
  const name = repo.replace(/\.git$/, '')
  const repository = await options.hub.repository(owner, name)
  const caller = identify(request.headers.authorization, options.tokens)
  if (isPush(request)) {
    if (!caller && !options.anonymousPush) throw new Refusal(401, 'A push needs a token')
    if (caller) requirePermission(caller, 'contents')
  }
  const login = caller?.login ?? LOCAL_USER
  const answer = await runHttpBackend(
    {
      dataDir: options.hub.dataDir,
      method: request.method,
      path: `/${owner}/${name}.git/${service}`,
      query: request.url.split('?')[1] ?? '',
      login,
      headers: request.headers,
      body: request.raw,
    },
    (updates) => afterRefUpdates(options.hub, repository, login, updates),
    (text) => request.log.debug(`git http-backend: ${text}`),
  )
  return reply.code(answer.status).headers(answer.headers).send(Readable.from(answer.body))
}

/** Git's smart HTTP protocol at /<owner>/<repo>(.git)/…, answered by git itself. */
export function gitPlugin(options: GitPluginOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    app.setErrorHandler((error, request, reply) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'The git server failed')
      if (refusal.status === 500) request.log.error({ err: error }, 'git over HTTP failed')
      if (refusal.status === 401) reply.header('www-authenticate', 'Basic realm="GitHub"')
      return reply.code(refusal.status).type('text/plain').send(`${refusal.message}\n`)
    })
    app.get('/:owner/:repo/info/refs', (request, reply) => serve(options, request, reply, 'info/refs'))
    for (const service of ['git-upload-pack', 'git-receive-pack']) {
      app.post(`/:owner/:repo/${service}`, (request, reply) => serve(options, request, reply, service))
    }
  }
}
