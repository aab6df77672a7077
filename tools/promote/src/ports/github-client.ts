import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { Octokit } from '@octokit/rest'
import Bottleneck from 'bottleneck'
import { exitCodes, PromoteError } from '../errors.ts'

export type GitHubOptions = {
  token: string
  owner: string
  repository: string
  apiUrl: string
  graphqlUrl: string
  serverUrl: string
  /** Told when a rate limit is waited out. */
  narrate: (line: string) => void
  /** Give up on one request after this many milliseconds. */
  requestTimeout?: number
  /** Repeat a read that failed at most this often. */
  retries?: number
  /** Milliseconds that stand for a second when waiting to repeat; shorter in tests. */
  second?: number
}

const Client = Octokit.plugin(retry, throttling)
export type GitHubClient = InstanceType<typeof Client>

/**
 * Octokit that repeats reads only: a write whose answer was lost is not sent again by the client (see `commit` and
 * `upsertPullRequest`, which look first). Rate limits are waited out as GitHub says, within reason.
 */
export function createGitHubClient(options: GitHubOptions): GitHubClient {
  const waitOut =
    (kind: string) => (seconds: number, _request: unknown, _octokit: unknown, count: number) => {
      const wait = count < 3 && seconds <= 300
      options.narrate(
        wait
          ? `GitHub's ${kind} is reached; waiting ${seconds} s as it asks`
          : `GitHub's ${kind} is reached for another ${seconds} s; giving up`,
      )
      return wait
    }
  return new Client({
    auth: options.token,
    baseUrl: options.apiUrl,
    userAgent: 'appname-promote',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { fetch: withTimeout(options.requestTimeout ?? 30_000) },
    retry: {
      retryAfterBaseValue: options.second ?? 1000,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
    },
    throttle: {
      // The plugin's own pauses (1 s after a write, 3 s after a notification) are made for mass edits; a command here
      // writes at most five times, and takes a GraphQL query for a write.
      write: new Bottleneck.Group({ maxConcurrent: 1 }),
      notifications: new Bottleneck.Group({ maxConcurrent: 1 }),
      retryAfterBaseValue: options.second ?? 1000,
      onRateLimit: waitOut('rate limit'),
      onSecondaryRateLimit: waitOut('secondary rate limit'),
    },
  })
}

/** For requests that write: never repeated by the client. */
export const once = { request: { retries: 0 } } as const

function withTimeout(milliseconds: number): typeof fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(milliseconds)
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit
    return fetch(input, { ...init, signal })
  }
}

export type GraphqlProblem = { type?: string; message: string }

/** What a GraphQL answer lists as errors: GitHub understood the request and refused it, so nothing was written. */
export class GraphqlProblems extends Error {
  readonly problems: readonly GraphqlProblem[]

  constructor(problems: readonly GraphqlProblem[]) {
    super(problems.map(({ message }) => message).join('; '))
    this.problems = problems
  }

  /** The status that REST would have answered with. */
  get status(): number {
    const byType: Record<string, number> = { NOT_FOUND: 404, FORBIDDEN: 403, RATE_LIMITED: 429 }
    return byType[this.problems[0]?.type ?? ''] ?? 422
  }
}

/** The HTTP status of a failed request, or undefined when there was no answer at all. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof GraphqlProblems) return error.status
  const { status, name } = error as { status?: number; name?: string }
  return name === 'HttpError' && hasAnswer(error) ? status : undefined
}

function hasAnswer(error: unknown): boolean {
  return (error as { response?: unknown }).response !== undefined
}

/** True when nobody can know whether a write was carried out: no answer, or a server error. */
export function answerLost(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status >= 500
}

/** Turns what Octokit throws into the one error of this package. `what` names the attempt in a person's words. */
export function gitHostError(what: string, error: unknown): PromoteError {
  if (error instanceof PromoteError) return error
  const status = statusOf(error)
  const reason = String((error as Error).message ?? error)
    .split('\n')[0]
    ?.slice(0, 300)
  const known = explain(status)
  return new PromoteError({
    code: known.code,
    message: `${what}: ${status === undefined ? `no usable answer (${reason})` : `${status} ${reason}`}`,
    remedy: known.remedy,
    exitCode: exitCodes.failed,
    cause: error,
  })
}

function explain(status: number | undefined): { code: string; remedy: string } {
  if (status === 401)
    return { code: 'git-host-unauthorized', remedy: 'GITHUB_TOKEN is not valid (any more); get a new one.' }
  if (status === 403)
    return {
      code: 'git-host-forbidden',
      remedy: 'The token lacks a permission: contents and pull requests, both read and write.',
    }
  if (status === 404)
    return {
      code: 'git-host-not-found',
      remedy: 'Check GITHUB_REPOSITORY and GITHUB_API_URL, and that the token may see the repository.',
    }
  if (status === 409 || status === 422)
    return { code: 'git-host-conflict', remedy: 'Run the command again: it starts from what is there now.' }
  if (status === 429)
    return {
      code: 'git-host-rate-limited',
      remedy: 'Wait until the rate limit is over and run the command again.',
    }
  return {
    code: 'git-host-unavailable',
    remedy: 'Run the command again: it continues from what is there; nothing is written twice.',
  }
}
