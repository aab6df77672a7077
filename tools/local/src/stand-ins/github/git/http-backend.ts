import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { gitEnvironment } from './run.ts'

export interface GitRequest {
  readonly dataDir: string
  readonly method: string
  /** Below the data directory: /<owner>/<name>.git/info/refs and so on. */
  readonly path: string
  readonly query: string
  readonly login: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}

export interface RefUpdate {
  readonly ref: string
  readonly before: string
  readonly after: string
}

export interface GitResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body; its end waits until `onUpdates` has settled. */
  readonly body: AsyncGenerator<Buffer>
}

function cgiEnvironment(request: GitRequest, receivedRefs: string): Record<string, string> {
  const header = (name: string): string => String(request.headers[name] ?? '')
  return gitEnvironment({
    GIT_PROJECT_ROOT: request.dataDir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: request.path,
    REQUEST_METHOD: request.method,
    QUERY_STRING: request.query,
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: request.login,
    RECEIVED_REFS: receivedRefs,
    ...(request.headers['content-length'] ? { CONTENT_LENGTH: header('content-length') } : {}),
  })
}

/** Splits CGI output at the empty line; resolves when the header is complete. */
async function readHead(chunks: AsyncIterator<Buffer>): Promise<{ head: string; rest: Buffer }> {
  let seen = Buffer.alloc(0)
  for (;;) {
    const end = seen.indexOf('\r\n\r\n')
    if (end !== -1) return { head: seen.subarray(0, end).toString(), rest: seen.subarray(end + 4) }
    const next = await chunks.next()
    if (next.done) throw new Error(`git http-backend gave no answer: ${seen.toString().slice(0, 200)}`)
    seen = Buffer.concat([seen, next.value])
  }
}

function parseHead(head: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {}
  let status = 200
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'status') status = Number.parseInt(value, 10)
    else headers[name] = value
  }
  return { status, headers }
}

/**
 * Answers one request of git's smart HTTP protocol with `git http-backend`, streaming both ways. `onUpdates` gets
 * what a push changed, as the post-receive hook saw it, before the answer ends: who has pushed finds its effects.
 */
export async function runHttpBackend(
  request: GitRequest,
  onUpdates: (updates: RefUpdate[]) => Promise<void>,
  onStderr: (text: string) => void,
): Promise<GitResponse> {
  const folder = await mkdtemp(join(tmpdir(), 'github-push-'))
  const received = join(folder, 'refs')
  const child = spawn('git', ['http-backend'], { env: cgiEnvironment(request, received) })
  const ended = new Promise<void>((done) => {
    child.on('close', () => done())
    child.on('error', () => done())
  })
  // A client or a backend that goes away early ends the other one; neither is an error of ours.
  child.stdin.on('error', () => request.body.unpipe(child.stdin))
  request.body.on('error', () => child.kill())
  request.body.pipe(child.stdin)
  child.stderr.on('data', (data: Buffer) => onStderr(data.toString().trim()))
  const chunks: AsyncIterator<Buffer> = child.stdout[Symbol.asyncIterator]()
  const finish = async (): Promise<void> => {
    if (!child.stdout.readableEnded) child.kill()
    await ended
    const text = await readFile(received, 'utf8').catch(() => '')
    await rm(folder, { recursive: true, force: true })
    if (text !== '') await onUpdates(parseUpdates(text))
  }
  try {
    const { head, rest } = await readHead(chunks)
    return { ...parseHead(head), body: streamBody(rest, chunks, finish) }
  } catch (error) {
    await finish()
    throw error
  }
}

async function* streamBody(
  first: Buffer,
  chunks: AsyncIterator<Buffer>,
  finish: () => Promise<void>,
): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  } finally {
    await finish()
  }
}

function parseUpdates(text: string): RefUpdate[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [before = '', after = '', ref = ''] = line.split(' ')
      return { ref, before, after }
    })
}
