import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GitHubGitHost } from '../src/ports/git-host-github.ts'

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> } | 'lost'

let answers: Answer[]
let sent: { method: string; url: string; body: string }[]
let narrated: string[]

/** Answers requests in turn; a body that is a text is sent as it is. */
beforeEach(() => {
  answers = []
  sent = []
  narrated = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    sent.push({ method: init?.method ?? 'GET', url: String(url), body: String(init?.body ?? '') })
    const answer = answers.shift()
    if (answer === undefined) throw new Error('a request too many')
    if (answer === 'lost') throw new TypeError('fetch failed')
    const { status = 200, body = {}, headers = {} } = answer
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

function host(): GitHubGitHost {
  return new GitHubGitHost({
    token: 'a-token-for-tests',
    owner: 'example-org',
    repository: 'appname',
    apiUrl: 'https://api.example/v3',
    graphqlUrl: 'https://api.example/graphql',
    serverUrl: 'https://github.example',
    narrate: (line) => narrated.push(line),
    second: 1,
  })
}

const main = { branch: 'main' }
const head = 'a'.repeat(40)
const next = 'b'.repeat(40)
const blob = {
  oid: '257cc5642cb1a054f08cc83f2d943e56fd3ebe99',
  text: 'foo\n',
  isBinary: false,
  isTruncated: false,
}

function snapshotOf(oid: string, object: unknown = blob): Answer {
  return { body: { data: { repository: { ref: { target: { oid, file0: { object } } } } } } }
}

describe('a read', () => {
  test.each<[string, Answer[], string]>([
    ['401', [{ status: 401, body: { message: 'Bad credentials' } }], 'git-host-unauthorized'],
    ['403', [{ status: 403, body: { message: 'Resource not accessible' } }], 'git-host-forbidden'],
    ['404', [{ status: 404, body: { message: 'Not Found' } }], 'git-host-not-found'],
    [
      'an error of GraphQL',
      [{ body: { errors: [{ type: 'NOT_FOUND', message: 'no repository' }] } }],
      'git-host-not-found',
    ],
    ['a repository that is null', [{ body: { data: { repository: null } } }], 'git-host-not-found'],
    [
      'a page of HTML',
      [{ body: '<html>', headers: { 'content-type': 'text/html' } }],
      'git-host-unavailable',
    ],
    ['an answer without data', [{ body: {} }], 'git-host-unavailable'],
    ['a file that is not whole', [snapshotOf(head, { ...blob, isTruncated: true })], 'file-not-text'],
    [
      'a file whose bytes were changed on the way',
      [snapshotOf(head, { ...blob, text: 'f\uFFFD\n' })],
      'file-not-text',
    ],
    [
      'a server that stays broken',
      Array.from({ length: 4 }, () => ({ status: 502, body: 'x' })),
      'git-host-unavailable',
    ],
    ['no answer at all', Array.from({ length: 4 }, () => 'lost' as const), 'git-host-unavailable'],
  ])('%s is one error with a code and a remedy', async (_, given, code) => {
    answers.push(...given)
    await expect(host().snapshot(main, ['a.txt'])).rejects.toMatchObject({
      name: 'PromoteError',
      code,
      remedy: expect.stringMatching(/\w/),
    })
    expect(answers).toEqual([])
  })

  test('is repeated when the server fails for a moment', async () => {
    answers.push({ status: 503 }, 'lost', snapshotOf(head))
    expect((await host().snapshot(main, ['a.txt']))?.revision).toBe(head)
  })

  test('waits out a rate limit as long as GitHub says, and says so', async () => {
    const headers = { 'retry-after': '7' }
    answers.push(
      { status: 429, body: { message: 'You have exceeded a secondary rate limit' }, headers },
      snapshotOf(head),
    )
    expect((await host().snapshot(main, ['a.txt']))?.revision).toBe(head)
    expect(narrated).toEqual(["GitHub's secondary rate limit is reached; waiting 7 s as it asks"])
  })

  test('does not wait out a rate limit for hours', async () => {
    answers.push({ status: 429, body: { message: 'secondary rate' }, headers: { 'retry-after': '4000' } })
    await expect(host().snapshot(main, ['a.txt'])).rejects.toMatchObject({ code: 'git-host-rate-limited' })
  })
})

describe('a commit', () => {
  const request = {
    branch: 'main',
    expectedHead: head,
    headline: 'x',
    body: 'y',
    files: [{ path: 'a.txt', text: 'foo\n' }],
  }
  const mutations = () => sent.filter(({ body }) => body.includes('createCommitOnBranch')).length

  test('sends what is written as data, never as part of the query', async () => {
    answers.push({ body: { data: { createCommitOnBranch: { commit: { oid: next } } } } })
    await host().commit({ ...request, headline: '"}) { id } evil: x(a: "' })
    const { query, variables } = JSON.parse(sent[0]?.body ?? '')
    expect(query).not.toContain('evil')
    expect(variables.input.message.headline).toContain('evil')
  })

  test.each<[string, Answer[], unknown]>([
    ['it was carried out', [snapshotOf(next)], { kind: 'committed', sha: next }],
    [
      'somebody else was faster',
      [snapshotOf(next, { ...blob, oid: 'e'.repeat(40), text: undefined })],
      { kind: 'moved' },
    ],
  ])('whose answer is lost is looked for and not sent again: %s', async (_, after, result) => {
    answers.push('lost', ...after)
    expect(await host().commit(request)).toEqual(result)
    expect(mutations()).toBe(1)
  })

  test('whose answer is lost and that was not carried out is an error, safe to repeat', async () => {
    answers.push({ status: 502 }, snapshotOf(head))
    await expect(host().commit(request)).rejects.toMatchObject({ code: 'git-host-unavailable' })
    expect(mutations()).toBe(1)
  })

  test('that GitHub refuses is not looked for', async () => {
    answers.push({ body: { data: null, errors: [{ type: 'FORBIDDEN', message: 'protected branch' }] } })
    await expect(host().commit(request)).rejects.toMatchObject({ code: 'git-host-forbidden' })
  })
})

describe('a pull request', () => {
  const request = { branch: 'topic', title: 'T', body: 'B' }
  const open = {
    number: 7,
    html_url: 'https://x',
    title: 'T',
    body: 'B',
    state: 'open',
    merged_at: null,
    head: { ref: 'topic' },
  }
  const creations = () => sent.filter(({ method, url }) => method === 'POST' && url.endsWith('/pulls')).length

  test.each<[string, Answer]>([
    ['the answer is lost', 'lost'],
    ['the server fails', { status: 500 }],
    ['another run was faster', { status: 422, body: { message: 'A pull request already exists' } }],
  ])('is opened once when %s', async (_, answer) => {
    answers.push({ body: [] }, answer, { body: [open] })
    expect(await host().upsertPullRequest(request)).toMatchObject({
      change: 'opened',
      pullRequest: { number: 7 },
    })
    expect(creations()).toBe(1)
  })
})

test('the token is in no error', async () => {
  answers.push({ status: 401, body: { message: 'Bad credentials' } })
  const error = await host()
    .snapshot(main, [])
    .catch((one: Error) => one)
  expect(
    JSON.stringify({ ...(error as Error), message: (error as Error).message, cause: undefined }),
  ).not.toContain('a-token-for-tests')
})
