import type { Octokit } from '@octokit/rest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  gitCli,
  OWNER,
  octokitFor,
  REPO,
  seededClone,
  startTestGitHub,
  type TestGitHub,
} from '../testing/harness.ts'

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url } ref { name } }
}`
const HEAD = `query ($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { ref(qualifiedName: "refs/heads/main") { target { oid } } }
}`

let github: TestGitHub
let clone: string
let octokit: Octokit

beforeEach(async () => {
  github = await startTestGitHub()
  clone = await seededClone(github, { 'a.txt': 'one\n', 'dir/b.txt': 'two\n' })
  octokit = octokitFor(github)
})
afterEach(() => github.close())

interface Answer {
  data?: Record<string, unknown> | null
  errors?: { type?: string; message: string; path?: string[] }[]
}

async function graphql(query: string, variables: object = {}): Promise<Answer> {
  const headers = { authorization: 'bearer a-token', 'content-type': 'application/json' }
  const body = JSON.stringify({ query, variables })
  const answer = await fetch(`${github.url}/api/graphql`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Answer
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

function input(expectedHeadOid: string, path: string, text: string, more: object = {}) {
  return {
    branch: { repositoryNameWithOwner: `${OWNER}/${REPO}`, branchName: 'main' },
    expectedHeadOid,
    message: { headline: `Write ${path}`, body: 'Because' },
    fileChanges: { additions: [{ path, contents: base64(text) }], ...more },
  }
}

async function head(): Promise<string> {
  return (await octokit.git.getRef({ owner: OWNER, repo: REPO, ref: 'heads/main' })).data.object.sha
}

test('a commit adds, changes and deletes files, byte for byte', async () => {
  const deletions = [{ path: 'dir/b.txt' }]
  const text = 'bidi \u202e, CRLF\r\n, quotes "\'\n'
  const answer = await graphql(COMMIT, { input: input(await head(), 'new/ü.txt', text, { deletions }) })
  expect(answer.errors).toBeUndefined()
  const oid = await head()
  expect(answer.data).toMatchObject({ createCommitOnBranch: { commit: { oid }, ref: { name: 'main' } } })
  await gitCli(clone, 'pull', '--quiet', 'origin', 'main')
  expect(await gitCli(clone, '-c', 'core.quotePath=false', 'ls-files')).toBe('a.txt\nnew/ü.txt')
  expect(await gitCli(clone, 'cat-file', 'blob', 'HEAD:new/ü.txt')).toBe(text.replace(/\n$/, ''))
  expect(await gitCli(clone, 'log', '-1', '--format=%an, %cn, %s, %b')).toBe(
    'local-user, GitHub, Write new/ü.txt, Because\n',
  )
})

test('a commit that expects an older head changes nothing and says STALE_DATA', async () => {
  const before = await head()
  await graphql(COMMIT, { input: input(before, 'a.txt', 'first\n') })
  const after = await head()
  const answer = await graphql(COMMIT, { input: input(before, 'a.txt', 'second\n') })
  expect(answer.data).toEqual({ createCommitOnBranch: null })
  expect(answer.errors).toMatchObject([
    {
      type: 'STALE_DATA',
      path: ['createCommitOnBranch'],
      message: expect.stringContaining(`Expected branch to point to "${before}" but it did not.`),
    },
  ])
  expect(await head()).toBe(after)
})

test('of 20 commits that expect the same head exactly one is made, in every round', async () => {
  for (let round = 0; round < 3; round++) {
    const before = await head()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        graphql(COMMIT, { input: input(before, `round-${round}.txt`, `${n}\n`) }),
      ),
    )
    const won = answers.filter((answer) => answer.errors === undefined)
    expect(won).toHaveLength(1)
    expect(answers.filter((answer) => answer.errors?.[0]?.type === 'STALE_DATA')).toHaveLength(19)
    const { data } = await octokit.repos.compareCommitsWithBasehead({
      owner: OWNER,
      repo: REPO,
      basehead: `${before}...main`,
    })
    expect(data.total_commits).toBe(1)
  }
})

test('pushes and API commits at the same time lose nothing that was acknowledged', async () => {
  const before = await head()
  await gitCli(clone, 'commit', '--quiet', '--allow-empty', '-m', 'By push')
  const [pushed, committed] = await Promise.all([
    gitCli(clone, 'push', '--quiet', 'origin', 'main').then(
      () => true,
      () => false,
    ),
    graphql(COMMIT, { input: input(before, 'a.txt', 'api\n') }).then((answer) => answer.errors === undefined),
  ])
  expect(Number(pushed) + Number(committed)).toBe(1)
})

test('wrong paths, branches and repositories are refused', async () => {
  const before = await head()
  for (const path of ['../x', '.git/config', 'a//b', '/etc/passwd']) {
    const answer = await graphql(COMMIT, { input: input(before, path, 'x') })
    expect(answer.errors?.[0]?.type).toBe('UNPROCESSABLE')
  }
  const missing = await graphql(COMMIT, {
    input: input(before, 'x', 'x', { deletions: [{ path: 'none.txt' }] }),
  })
  expect(missing.errors?.[0]?.message).toContain('does not exist')
  const branch = { repositoryNameWithOwner: `${OWNER}/${REPO}`, branchName: 'none' }
  const none = await graphql(COMMIT, { input: { ...input(before, 'x', 'x'), branch } })
  expect(none.errors?.[0]?.type).toBe('NOT_FOUND')
  const repository = await graphql(HEAD, { owner: OWNER, name: 'nothing' })
  expect(repository.errors).toMatchObject([{ type: 'NOT_FOUND', path: ['repository'] }])
  expect(await head()).toBe(before)
})

test('refs, files, trees and pull requests can be asked for at once', async () => {
  await gitCli(clone, 'push', '--quiet', 'origin', 'main:topic')
  await graphql(COMMIT, {
    input: {
      ...input(await head(), 'a.txt', 'x'),
      branch: { repositoryNameWithOwner: `${OWNER}/${REPO}`, branchName: 'topic' },
    },
  })
  await octokit.pulls.create({ owner: OWNER, repo: REPO, title: 'Topic', head: 'topic', base: 'main' })
  const answer = await graphql(
    `query ($owner: String!, $name: String!) {
      repository(owner: $owner, name: $name) {
        defaultBranchRef { name target { oid } }
        file: object(expression: "main:dir/b.txt") { ... on Blob { text isBinary byteSize oid } }
        folder: object(expression: "main:dir") { ... on Tree { entries { name type } } }
        none: object(expression: "main:none") { oid }
        ref(qualifiedName: "refs/heads/main") {
          target {
            ... on Commit {
              inside: file(path: "dir/b.txt") { name path object { ... on Blob { text isTruncated } } }
              missing: file(path: "none.txt") { name }
            }
          }
        }
        commit: object(expression: "topic") { ... on Commit { messageHeadline author { name } associatedPullRequests(first: 5) { nodes { number } } } }
        pullRequests(first: 5, states: OPEN, headRefName: "topic") { totalCount nodes { number mergeable state } }
      }
    }`,
    { owner: OWNER, name: REPO },
  )
  expect(answer.errors).toBeUndefined()
  expect(answer.data?.repository).toMatchObject({
    defaultBranchRef: { name: 'main', target: { oid: await head() } },
    file: { text: 'two\n', isBinary: false, byteSize: 4 },
    folder: { entries: [{ name: 'b.txt', type: 'blob' }] },
    none: null,
    ref: {
      target: { inside: { name: 'b.txt', path: 'dir/b.txt', object: { text: 'two\n' } }, missing: null },
    },
    commit: {
      messageHeadline: 'Write a.txt',
      author: { name: 'local-user' },
      associatedPullRequests: { nodes: [{ number: 1 }] },
    },
    pullRequests: { totalCount: 1, nodes: [{ number: 1, mergeable: 'MERGEABLE', state: 'OPEN' }] },
  })
})

test("what GitHub's schema does not have is refused, and what the stand-in lacks is named", async () => {
  const unknown = await graphql('{ viewer { shoeSize } }')
  expect(unknown.errors?.[0]?.message).toContain('Cannot query field "shoeSize" on type "User"')
  const lacking = await graphql('{ viewer { bio } }')
  expect(lacking.errors?.[0]).toMatchObject({
    type: 'NOT_IMPLEMENTED',
    message: expect.stringContaining('User.bio'),
  })
})
