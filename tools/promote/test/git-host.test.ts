import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readEnvironment } from '../src/environment.ts'
import type { GitHost } from '../src/ports/git-host.ts'
import { GitHubGitHost } from '../src/ports/git-host-github.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import { environmentOf, startTestGitHub, type TestGitHub } from './github.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

type Subject = {
  host: GitHost
  push(branch: string, subject: string, changes: Record<string, string | null>): Promise<string>
  merge(number: number): Promise<void>
}

const start = { 'a.txt': 'one\n', 'deep/b.txt': 'zwei ü 🎉\r\n' }
const nobody = 'f'.repeat(40)

async function headOf(host: GitHost, branch = 'main'): Promise<string> {
  const snapshot = await host.snapshot({ branch }, [])
  return snapshot?.revision ?? 'no such branch'
}

function commitRequest(expectedHead: string, text = 'two\n', branch = 'main') {
  return { branch, expectedHead, headline: 'Change a', body: 'Why: test', files: [{ path: 'a.txt', text }] }
}

const pull = { branch: 'topic', title: 'A title', body: 'A body\n' }

function contract(name: string, make: () => Promise<Subject>): void {
  describe(`a git host: ${name}`, () => {
    let subject: Subject
    let host: GitHost
    beforeEach(async () => {
      subject = await make()
      host = subject.host
    })

    test('reads files at the head of a branch to the byte, and says which commit that is', async () => {
      const sha = await subject.push('main', 'Again', {})
      const snapshot = await host.snapshot({ branch: 'main' }, ['a.txt', 'deep/b.txt', 'none.txt', 'deep'])
      expect(snapshot?.revision).toBe(sha)
      expect(Object.fromEntries(snapshot?.files ?? [])).toEqual({ ...start, 'none.txt': null, deep: null })
    })

    test('reads files at an older commit', async () => {
      const old = await headOf(host)
      await subject.push('main', 'Newer', { 'a.txt': 'newer\n' })
      const snapshot = await host.snapshot({ commit: old }, ['a.txt'])
      expect(snapshot?.files.get('a.txt')).toBe('one\n')
    })

    test('has no snapshot of a branch or commit that is not there', async () => {
      expect(await host.snapshot({ branch: 'nothing' }, ['a.txt'])).toBeNull()
      expect(await host.snapshot({ commit: nobody }, ['a.txt'])).toBeNull()
    })

    test('commits files on top of the head it was told', async () => {
      const result = await host.commit(commitRequest(await headOf(host)))
      const snapshot = await host.snapshot({ branch: 'main' }, ['a.txt', 'deep/b.txt'])
      expect(result).toEqual({ kind: 'committed', sha: snapshot?.revision })
      expect(Object.fromEntries(snapshot?.files ?? [])).toEqual({ ...start, 'a.txt': 'two\n' })
    })

    test('removes a file, and can add another in the same commit', async () => {
      const files = [
        { path: 'a.txt', text: null },
        { path: 'new/a.txt', text: 'moved\n' },
      ]
      const result = await host.commit({ ...commitRequest(await headOf(host)), files })
      const snapshot = await host.snapshot({ branch: 'main' }, ['a.txt', 'new/a.txt', 'deep/b.txt'])
      expect(result).toEqual({ kind: 'committed', sha: snapshot?.revision })
      expect(Object.fromEntries(snapshot?.files ?? [])).toEqual({
        'a.txt': null,
        'new/a.txt': 'moved\n',
        'deep/b.txt': start['deep/b.txt'],
      })
    })

    test('does not commit when the branch has moved', async () => {
      const old = await headOf(host)
      const moved = await subject.push('main', 'Faster', { 'c.txt': 'c\n' })
      expect(await host.commit(commitRequest(old))).toEqual({ kind: 'moved' })
      expect(await headOf(host)).toBe(moved)
    })

    test('of many writers who read the same head, one commits', async () => {
      const head = await headOf(host)
      const results = await Promise.all(
        ['1', '2', '3', '4', '5'].map((text) => host.commit(commitRequest(head, text))),
      )
      expect(results.map(({ kind }) => kind).toSorted()).toEqual([
        'committed',
        ...['moved', 'moved', 'moved', 'moved'],
      ])
    })

    test('names the newest commit that changed a path', async () => {
      const sha = await subject.push('main', 'Change a', { 'a.txt': 'two\n' })
      await subject.push('main', 'Something else', { 'c.txt': 'c\n' })
      expect(await host.lastChange('main', 'a.txt')).toMatchObject({ sha, subject: 'Change a' })
      expect(await host.lastChange('main', 'none.txt')).toBeNull()
    })

    test('lists the commits that changed a path, newest first, with the file and the pull request of each', async () => {
      const first = await subject.push('main', 'Add it', { 'new.txt': '1\n' })
      await subject.push('main', 'Something else', { 'c.txt': 'c\n' })
      const second = await host.commit({
        ...commitRequest(await headOf(host)),
        files: [{ path: 'new.txt', text: '2\n' }],
      })
      await subject.push('topic', 'On topic', { 'new.txt': '3\n' })
      const opened = await host.upsertPullRequest(pull)
      const { number, url } = opened.pullRequest
      await subject.merge(number)
      await subject.push('main', 'Remove it', { 'new.txt': null })
      const history = await host.history('main', 'new.txt', 10)
      expect(history.map(({ text, pullRequest }) => ({ text, pullRequest }))).toEqual([
        { text: null, pullRequest: null },
        { text: '3\n', pullRequest: { number, url } },
        { text: '2\n', pullRequest: null },
        { text: '1\n', pullRequest: null },
      ])
      expect(history[2]).toMatchObject({
        sha: second.kind === 'committed' ? second.sha : '',
        subject: 'Change a',
        message: expect.stringMatching(/^Change a\n\nWhy: test\n?$/),
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      })
      expect(history[3]).toMatchObject({ sha: first, subject: 'Add it' })
      expect((await host.history('main', 'new.txt', 2)).map(({ text }) => text)).toEqual([null, '3\n'])
      expect(await host.history('main', 'none.txt', 5)).toEqual([])
      expect(await host.history('nothing', 'new.txt', 5)).toEqual([])
    })

    test('says how two commits relate, and what came between', async () => {
      const old = await headOf(host)
      await subject.push('main', 'Add c', { 'c.txt': 'c\n' })
      const now = await subject.push('main', 'Change a', { 'a.txt': 'two\n' })
      const forward = await host.compare(old, now)
      expect(forward).toMatchObject({ relation: 'ahead', truncated: false, added: ['c.txt'] })
      expect(forward.changed.toSorted()).toEqual(['a.txt', 'c.txt'])
      expect(forward.commits.map(({ subject: text }) => text)).toEqual(['Add c', 'Change a'])
      expect(await host.compare(now, old)).toMatchObject({ relation: 'behind', commits: [], changed: [] })
      expect(await host.compare(now, now)).toMatchObject({ relation: 'identical', commits: [] })
      expect(await host.compare(nobody, now)).toMatchObject({ relation: 'unknown', commits: [] })
    })

    test('compares a branch that left main with what they have in common', async () => {
      const topic = await subject.push('topic', 'On topic', { 'c.txt': 'c\n' })
      const main = await subject.push('main', 'On main', { 'a.txt': 'two\n' })
      expect(await host.compare(main, topic)).toMatchObject({ relation: 'diverged', changed: ['c.txt'] })
      expect(await host.compare(topic, main)).toMatchObject({ relation: 'diverged', changed: ['a.txt'] })
    })

    test('makes a branch, moves it anywhere, and removes it, each safe to repeat', async () => {
      const old = await headOf(host)
      const now = await subject.push('main', 'Newer', { 'a.txt': 'newer\n' })
      for (const [commit, exists] of [
        [now, false],
        [now, true],
        [old, true],
        [now, false],
      ] as const) {
        await host.setBranch('promote/x/a-to-b', commit, exists)
        expect(await headOf(host, 'promote/x/a-to-b')).toBe(commit)
      }
      await host.deleteBranch('promote/x/a-to-b')
      await host.deleteBranch('promote/x/a-to-b')
      await host.setBranch('promote/x/a-to-b', old, true)
      expect(await headOf(host, 'promote/x/a-to-b')).toBe(old)
      await host.deleteBranch('promote/x/a-to-b')
      expect(await headOf(host, 'promote/x/a-to-b')).toBe('no such branch')
    })

    test('has one pull request per branch, however often it is asked for', async () => {
      await subject.push('topic', 'On topic', { 'c.txt': 'c\n' })
      expect(await host.openPullRequest('topic')).toBeNull()
      const first = await host.upsertPullRequest(pull)
      expect(first).toMatchObject({ change: 'opened', pullRequest: { ...pull, state: 'open' } })
      expect(await host.upsertPullRequest(pull)).toEqual({ ...first, change: 'unchanged' })
      expect(await host.upsertPullRequest(pull, first.pullRequest)).toEqual({ ...first, change: 'unchanged' })
      expect(await host.upsertPullRequest(pull, null)).toMatchObject({
        pullRequest: { number: first.pullRequest.number },
      })
      const updated = await host.upsertPullRequest({ ...pull, title: 'Another' })
      expect(updated).toMatchObject({ change: 'updated', pullRequest: { title: 'Another' } })
      expect(updated.pullRequest.number).toBe(first.pullRequest.number)
      expect(await host.openPullRequest('topic')).toEqual(updated.pullRequest)
    })
  })
}

contract('in memory', async () => {
  const host = new MemoryGitHost(start)
  return {
    host,
    push: async (...args) => host.push(...args),
    merge: async (number) => {
      host.merge(number)
    },
  }
})

let github: TestGitHub
beforeAll(async () => {
  github = await startTestGitHub({})
})
afterAll(() => github.close())

contract('GitHub (stand-in)', async () => {
  await github.git('checkout', '--quiet', '--detach')
  for (const line of (await github.git('branch', '--remotes', '--format=%(refname:lstrip=3)')).split('\n'))
    if (line !== 'main' && line !== 'HEAD' && line !== '')
      await github.git('push', '--quiet', 'origin', `:${line}`)
  await github.push('main', 'Reset', { ...start, 'c.txt': 'x', 'new/a.txt': 'x' })
  await github.push('main', 'Reset', { 'c.txt': null, 'new/a.txt': null })
  const host = new GitHubGitHost({ ...readEnvironment(environmentOf(github)), narrate: () => {} })
  return { host, push: github.push, merge: github.merge }
})
