import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  commitFiles,
  gitCli,
  OWNER,
  octokitFor,
  REPO,
  seededClone,
  startTestGitHub,
  type TestGitHub,
} from '../testing/harness.ts'

let github: TestGitHub
beforeEach(async () => {
  github = await startTestGitHub()
})
afterEach(() => github.close())

test('what is pushed with git is cloned with git, with and without .git in the address', async () => {
  const clone = await seededClone(github, { 'a.txt': 'one\n', 'deep/b.txt': 'two\n' })
  const head = await gitCli(clone, 'rev-parse', 'HEAD')
  for (const suffix of ['.git', '']) {
    const again = join(github.folder, `again${suffix}`)
    await gitCli(github.folder, 'clone', '--quiet', `${github.url}/${OWNER}/${REPO}${suffix}`, again)
    expect(await gitCli(again, 'rev-parse', 'HEAD')).toBe(head)
  }
})

test('a single commit can be fetched by its sha alone, as Argo CD does', async () => {
  const clone = await seededClone(github)
  const first = await gitCli(clone, 'rev-parse', 'HEAD')
  await commitFiles(clone, { 'a.txt': 'two\n' }, 'Second')
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  await gitCli(github.folder, 'init', '--quiet', 'bare')
  const bare = join(github.folder, 'bare')
  await gitCli(bare, 'fetch', '--quiet', '--depth=1', `${github.url}/${OWNER}/${REPO}.git`, first)
  expect(await gitCli(bare, 'rev-parse', 'FETCH_HEAD')).toBe(first)
})

test('a push of several megabytes arrives whole', async () => {
  const clone = await seededClone(github)
  const { randomBytes } = await import('node:crypto')
  const text = randomBytes(1_500_000).toString('hex')
  const sha = await commitFiles(clone, { 'big.txt': text }, 'Big')
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  const { data } = await octokitFor(github).repos.getBranch({ owner: OWNER, repo: REPO, branch: 'main' })
  expect(data.commit.sha).toBe(sha)
})

test('a push that is not a fast forward is refused by git itself', async () => {
  const clone = await seededClone(github)
  await commitFiles(clone, { 'a.txt': 'two\n' }, 'Second')
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  await gitCli(clone, 'reset', '--quiet', '--hard', 'HEAD~1')
  await commitFiles(clone, { 'a.txt': 'three\n' }, 'Other')
  await expect(gitCli(clone, 'push', '--quiet', 'origin', 'main')).rejects.toThrow(/rejected/)
})

test('a repository that does not exist is said to be not found', async () => {
  await expect(gitCli(github.folder, 'ls-remote', `${github.url}/${OWNER}/nothing.git`)).rejects.toThrow(
    /not found/,
  )
})

test('a compressed request of protocol version 2 is understood', async () => {
  await seededClone(github)
  const packet = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text
  const answer = await fetch(`${github.url}/${OWNER}/${REPO}.git/git-upload-pack`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      'content-encoding': 'gzip',
      'git-protocol': 'version=2',
    },
    body: gzipSync(`${packet('command=ls-refs\n')}0001${packet('ref-prefix refs/heads/')}0000`),
  })
  expect(await answer.text()).toContain('refs/heads/main')
})
