import { describe, expect, test } from 'vitest'
import { commitFiles, gitCli, OWNER, REPO } from '../testing/harness.ts'
import { WithRepository } from '../testing/with-repository.ts'

const at = new WithRepository()

describe('repositories and refs', () => {
  test('a repository says where it is cloned from, under its own name', async () => {
    const { data } = await at.octokit.repos.get(at.repo)
    expect(data).toMatchObject({
      default_branch: 'main',
      html_url: 'https://github.com/example-org/appname',
      clone_url: 'https://github.com/example-org/appname.git',
    })
  })

  test('what does not exist is 404', async () => {
    await expect(at.octokit.repos.get({ owner: OWNER, repo: 'nothing' })).rejects.toMatchObject({
      status: 404,
    })
    await expect(at.octokit.git.getRef({ ...at.repo, ref: 'heads/none' })).rejects.toMatchObject({
      status: 404,
    })
    await expect(at.octokit.repos.getBranch({ ...at.repo, branch: 'none' })).rejects.toMatchObject({
      status: 404,
    })
    await expect(at.octokit.pulls.get({ ...at.repo, pull_number: 999 })).rejects.toMatchObject({
      status: 404,
    })
  })

  test('a ref is created once, moved forward only, and deleted', async () => {
    const before = await at.mainHead()
    const ref = 'refs/heads/feature/one'
    await at.octokit.git.createRef({ ...at.repo, ref, sha: before })
    await expect(at.octokit.git.createRef({ ...at.repo, ref, sha: before })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: 'Reference already exists' } },
    })
    const ahead = await at.branch('ahead', { 'ahead.txt': 'x\n' })
    const short = 'heads/feature/one'
    expect((await at.octokit.git.updateRef({ ...at.repo, ref: short, sha: ahead })).data.object.sha).toBe(
      ahead,
    )
    await expect(at.octokit.git.updateRef({ ...at.repo, ref: short, sha: before })).rejects.toMatchObject({
      status: 422,
    })
    await at.octokit.git.updateRef({ ...at.repo, ref: short, sha: before, force: true })
    await at.octokit.git.deleteRef({ ...at.repo, ref: short })
    await expect(at.octokit.git.getRef({ ...at.repo, ref: short })).rejects.toMatchObject({ status: 404 })
    await expect(at.octokit.git.deleteRef({ ...at.repo, ref: short })).rejects.toMatchObject({ status: 422 })
  })

  test('refs with a name git refuses, or at an object that is missing, are 422', async () => {
    const sha = await at.mainHead()
    for (const ref of ['refs/heads/../x', 'refs/heads/a b', 'main', 'refs/heads/-x~1']) {
      await expect(at.octokit.git.createRef({ ...at.repo, ref, sha })).rejects.toMatchObject({ status: 422 })
    }
    const below = { ...at.repo, ref: 'refs/heads/main/below', sha }
    await expect(at.octokit.git.createRef(below)).rejects.toThrow('Reference update failed')
    const missing = { ...at.repo, ref: 'refs/heads/missing', sha: 'a'.repeat(40) }
    await expect(at.octokit.git.createRef(missing)).rejects.toMatchObject({ status: 422 })
  })

  test('lists come in pages that link to each other', async () => {
    const sha = await at.mainHead()
    for (const name of ['p1', 'p2', 'p3'])
      await at.octokit.git.createRef({ ...at.repo, ref: `refs/heads/pages/${name}`, sha })
    const first = await at.octokit.repos.listBranches({ ...at.repo, per_page: 2 })
    expect(first.data).toHaveLength(2)
    expect(first.headers.link).toContain('rel="next"')
    const all = await at.octokit.paginate(at.octokit.repos.listBranches, { ...at.repo, per_page: 2 })
    expect(all.map((one) => one.name)).toEqual(
      expect.arrayContaining(['main', 'pages/p1', 'pages/p2', 'pages/p3']),
    )
    const matching = await at.octokit.git.listMatchingRefs({ ...at.repo, ref: 'heads/pages/' })
    expect(matching.data).toHaveLength(3)
  })
})

describe('commits and contents', () => {
  test('a commit shows its files with their hunks', async () => {
    const sha = await at.branch('commit', { 'a.txt': 'one\ntwo\n' }, 'Add a line\n\nBecause.')
    const { data } = await at.octokit.repos.getCommit({ ...at.repo, ref: sha })
    expect(data.commit.message).toBe('Add a line\n\nBecause.')
    expect(data.files).toMatchObject([{ filename: 'a.txt', status: 'modified', additions: 1, deletions: 0 }])
    expect(data.files?.[0]?.patch).toBe('@@ -1 +1,2 @@\n one\n+two')
    const byBranch = await at.octokit.repos.getCommit({ ...at.repo, ref: 'heads/commit' })
    expect(byBranch.data.sha).toBe(sha)
    const git = await at.octokit.git.getCommit({ ...at.repo, commit_sha: sha })
    expect(git.data.tree.sha).toBe(data.commit.tree.sha)
  })

  test('renames, removals and binary files are told apart', async () => {
    await gitCli(at.clone, 'checkout', '--quiet', '-B', 'kinds', 'origin/main')
    await gitCli(at.clone, 'mv', 'docs/guide.md', 'docs/handbook.md')
    await gitCli(at.clone, 'rm', '--quiet', 'a.txt')
    await commitFiles(at.clone, { 'logo.bin': 'a\0b' }, 'Move, remove, add')
    await gitCli(at.clone, 'push', '--quiet', 'origin', 'kinds')
    const { data } = await at.octokit.repos.getCommit({ ...at.repo, ref: 'kinds' })
    const files = data.files?.map(({ filename, status, patch }) => [filename, status, patch !== undefined])
    expect(files).toEqual([
      ['a.txt', 'removed', true],
      ['docs/handbook.md', 'renamed', false],
      ['logo.bin', 'added', false],
    ])
    expect(data.files?.[1]?.previous_filename).toBe('docs/guide.md')
  })

  test('commits are listed newest first, by path too', async () => {
    const sha = await at.branch('listed', { 'listed.txt': 'x\n' })
    const all = await at.octokit.repos.listCommits({ ...at.repo, sha: 'listed' })
    expect(all.data[0]?.sha).toBe(sha)
    const byPath = await at.octokit.repos.listCommits({ ...at.repo, sha: 'listed', path: 'listed.txt' })
    expect(byPath.data.map((commit) => commit.sha)).toEqual([sha])
  })

  test('two branches are compared from where they parted', async () => {
    const sha = await at.branch('compared', { 'c.txt': 'x\n' })
    const compare = (basehead: string) =>
      at.octokit.repos.compareCommitsWithBasehead({ ...at.repo, basehead })
    const ahead = await compare('main...compared')
    expect(ahead.data).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0, commits: [{ sha }] })
    expect((await compare('compared...main')).data).toMatchObject({ status: 'behind', behind_by: 1 })
    expect((await compare('main...main')).data.status).toBe('identical')
    await expect(compare('main...none')).rejects.toMatchObject({ status: 404 })
  })

  test('contents are files, folders or raw bytes, at any ref', async () => {
    const file = await at.octokit.repos.getContent({ ...at.repo, path: 'docs/guide.md' })
    const content = 'content' in file.data ? Buffer.from(file.data.content, 'base64').toString() : ''
    expect(content).toBe('# Guide\n')
    const folder = await at.octokit.repos.getContent({ ...at.repo, path: 'docs', ref: 'main' })
    expect(folder.data).toMatchObject([{ type: 'file', path: 'docs/guide.md' }])
    const headers = { authorization: 'token x', accept: 'application/vnd.github.raw' }
    const raw = await fetch(`${at.url}/api/v3/repos/${OWNER}/${REPO}/contents/docs/guide.md`, { headers })
    expect(await raw.text()).toBe('# Guide\n')
    await expect(at.octokit.repos.getContent({ ...at.repo, path: 'none' })).rejects.toMatchObject({
      status: 404,
    })
    await expect(at.octokit.repos.getContent({ ...at.repo, path: '../x' })).rejects.toMatchObject({
      status: 404,
    })
  })
})
