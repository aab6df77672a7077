import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  commitFiles,
  gitCli,
  OWNER,
  octokitFor,
  REPO,
  schemaValidator,
  seededClone,
  startTestGitHub,
  type TestGitHub,
} from './testing/harness.ts'

const repo = { owner: OWNER, repo: REPO }
let github: TestGitHub
let clone: string
let octokit: Octokit

beforeAll(async () => {
  github = await startTestGitHub()
  clone = await seededClone(github, { 'a.txt': 'one\n', 'docs/guide.md': '# Guide\n' })
  octokit = octokitFor(github)
})
afterAll(() => github.close())

/** Pushes a branch with one commit on top of main; returns its sha. */
async function branch(
  name: string,
  files: Record<string, string>,
  message = `Change ${name}`,
): Promise<string> {
  await gitCli(clone, 'fetch', '--quiet', 'origin', 'main')
  await gitCli(clone, 'checkout', '--quiet', '-B', name, 'origin/main')
  const sha = await commitFiles(clone, files, message)
  await gitCli(clone, 'push', '--quiet', 'origin', name)
  return sha
}

async function mainHead(): Promise<string> {
  return (await octokit.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha
}

describe('repositories and refs', () => {
  test('a repository says where it is cloned from, under its own name', async () => {
    const { data } = await octokit.repos.get(repo)
    expect(data).toMatchObject({
      default_branch: 'main',
      html_url: 'https://github.com/example-org/appname',
      clone_url: 'https://github.com/example-org/appname.git',
    })
  })

  test('what does not exist is 404', async () => {
    await expect(octokit.repos.get({ owner: OWNER, repo: 'nothing' })).rejects.toMatchObject({ status: 404 })
    await expect(octokit.git.getRef({ ...repo, ref: 'heads/none' })).rejects.toMatchObject({ status: 404 })
    await expect(octokit.repos.getBranch({ ...repo, branch: 'none' })).rejects.toMatchObject({ status: 404 })
    await expect(octokit.pulls.get({ ...repo, pull_number: 999 })).rejects.toMatchObject({ status: 404 })
  })

  test('a ref is created once, moved forward only, and deleted', async () => {
    const before = await mainHead()
    const ref = 'refs/heads/feature/one'
    await octokit.git.createRef({ ...repo, ref, sha: before })
    await expect(octokit.git.createRef({ ...repo, ref, sha: before })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: 'Reference already exists' } },
    })
    const ahead = await branch('ahead', { 'ahead.txt': 'x\n' })
    const short = 'heads/feature/one'
    expect((await octokit.git.updateRef({ ...repo, ref: short, sha: ahead })).data.object.sha).toBe(ahead)
    await expect(octokit.git.updateRef({ ...repo, ref: short, sha: before })).rejects.toMatchObject({
      status: 422,
    })
    await octokit.git.updateRef({ ...repo, ref: short, sha: before, force: true })
    await octokit.git.deleteRef({ ...repo, ref: short })
    await expect(octokit.git.getRef({ ...repo, ref: short })).rejects.toMatchObject({ status: 404 })
    await expect(octokit.git.deleteRef({ ...repo, ref: short })).rejects.toMatchObject({ status: 422 })
  })

  test('refs with a name git refuses, or at an object that is missing, are 422', async () => {
    const sha = await mainHead()
    for (const ref of ['refs/heads/../x', 'refs/heads/a b', 'main', 'refs/heads/-x~1']) {
      await expect(octokit.git.createRef({ ...repo, ref, sha })).rejects.toMatchObject({ status: 422 })
    }
    const missing = { ...repo, ref: 'refs/heads/missing', sha: 'a'.repeat(40) }
    await expect(octokit.git.createRef(missing)).rejects.toMatchObject({ status: 422 })
  })

  test('lists come in pages that link to each other', async () => {
    const sha = await mainHead()
    for (const name of ['p1', 'p2', 'p3'])
      await octokit.git.createRef({ ...repo, ref: `refs/heads/pages/${name}`, sha })
    const first = await octokit.repos.listBranches({ ...repo, per_page: 2 })
    expect(first.data).toHaveLength(2)
    expect(first.headers.link).toContain('rel="next"')
    const all = await octokit.paginate(octokit.repos.listBranches, { ...repo, per_page: 2 })
    expect(all.map((one) => one.name)).toEqual(
      expect.arrayContaining(['main', 'pages/p1', 'pages/p2', 'pages/p3']),
    )
    const matching = await octokit.git.listMatchingRefs({ ...repo, ref: 'heads/pages/' })
    expect(matching.data).toHaveLength(3)
  })
})

describe('commits and contents', () => {
  test('a commit shows its files with their hunks', async () => {
    const sha = await branch('commit', { 'a.txt': 'one\ntwo\n' }, 'Add a line\n\nBecause.')
    const { data } = await octokit.repos.getCommit({ ...repo, ref: sha })
    expect(data.commit.message).toBe('Add a line\n\nBecause.')
    expect(data.files).toMatchObject([{ filename: 'a.txt', status: 'modified', additions: 1, deletions: 0 }])
    expect(data.files?.[0]?.patch).toBe('@@ -1 +1,2 @@\n one\n+two')
    const byBranch = await octokit.repos.getCommit({ ...repo, ref: 'heads/commit' })
    expect(byBranch.data.sha).toBe(sha)
    const git = await octokit.git.getCommit({ ...repo, commit_sha: sha })
    expect(git.data.tree.sha).toBe(data.commit.tree.sha)
  })

  test('renames, removals and binary files are told apart', async () => {
    await gitCli(clone, 'checkout', '--quiet', '-B', 'kinds', 'origin/main')
    await gitCli(clone, 'mv', 'docs/guide.md', 'docs/handbook.md')
    await gitCli(clone, 'rm', '--quiet', 'a.txt')
    await commitFiles(clone, { 'logo.bin': 'a\0b' }, 'Move, remove, add')
    await gitCli(clone, 'push', '--quiet', 'origin', 'kinds')
    const { data } = await octokit.repos.getCommit({ ...repo, ref: 'kinds' })
    const files = data.files?.map(({ filename, status, patch }) => [filename, status, patch !== undefined])
    expect(files).toEqual([
      ['a.txt', 'removed', true],
      ['docs/handbook.md', 'renamed', false],
      ['logo.bin', 'added', false],
    ])
    expect(data.files?.[1]?.previous_filename).toBe('docs/guide.md')
  })

  test('commits are listed newest first, by path too', async () => {
    const sha = await branch('listed', { 'listed.txt': 'x\n' })
    const all = await octokit.repos.listCommits({ ...repo, sha: 'listed' })
    expect(all.data[0]?.sha).toBe(sha)
    const byPath = await octokit.repos.listCommits({ ...repo, sha: 'listed', path: 'listed.txt' })
    expect(byPath.data.map((commit) => commit.sha)).toEqual([sha])
  })

  test('two branches are compared from where they parted', async () => {
    const sha = await branch('compared', { 'c.txt': 'x\n' })
    const compare = (basehead: string) => octokit.repos.compareCommitsWithBasehead({ ...repo, basehead })
    const ahead = await compare('main...compared')
    expect(ahead.data).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0, commits: [{ sha }] })
    expect((await compare('compared...main')).data).toMatchObject({ status: 'behind', behind_by: 1 })
    expect((await compare('main...main')).data.status).toBe('identical')
    await expect(compare('main...none')).rejects.toMatchObject({ status: 404 })
  })

  test('contents are files, folders or raw bytes, at any ref', async () => {
    const file = await octokit.repos.getContent({ ...repo, path: 'docs/guide.md' })
    const content = 'content' in file.data ? Buffer.from(file.data.content, 'base64').toString() : ''
    expect(content).toBe('# Guide\n')
    const folder = await octokit.repos.getContent({ ...repo, path: 'docs', ref: 'main' })
    expect(folder.data).toMatchObject([{ type: 'file', path: 'docs/guide.md' }])
    const headers = { authorization: 'token x', accept: 'application/vnd.github.raw' }
    const raw = await fetch(`${github.url}/api/v3/repos/${OWNER}/${REPO}/contents/docs/guide.md`, { headers })
    expect(await raw.text()).toBe('# Guide\n')
    await expect(octokit.repos.getContent({ ...repo, path: 'none' })).rejects.toMatchObject({ status: 404 })
    await expect(octokit.repos.getContent({ ...repo, path: '../x' })).rejects.toMatchObject({ status: 404 })
  })
})

describe('pull requests', () => {
  test('one is opened, found, changed, closed and opened again', async () => {
    const sha = await branch('topic', { 'topic.txt': 'x\n' })
    const opened = await octokit.pulls.create({
      ...repo,
      title: 'Topic',
      head: 'topic',
      base: 'main',
      body: 'Why',
    })
    const pull_number = opened.data.number
    expect(opened.data).toMatchObject({
      state: 'open',
      mergeable: true,
      mergeable_state: 'clean',
      commits: 1,
      html_url: `https://github.com/${OWNER}/${REPO}/pull/${pull_number}`,
      head: { ref: 'topic', sha },
    })
    const byHead = await octokit.pulls.list({ ...repo, head: `${OWNER}:topic`, base: 'main' })
    expect(byHead.data.map((one) => one.number)).toEqual([pull_number])
    expect((await octokit.pulls.list({ ...repo, head: `${OWNER}:other` })).data).toEqual([])
    await octokit.pulls.update({ ...repo, pull_number, title: 'Better', body: 'Because' })
    expect((await octokit.pulls.get({ ...repo, pull_number })).data).toMatchObject({
      title: 'Better',
      body: 'Because',
    })
    const files = await octokit.pulls.listFiles({ ...repo, pull_number })
    expect(files.data.map((file) => file.filename)).toEqual(['topic.txt'])
    const commits = await octokit.pulls.listCommits({ ...repo, pull_number })
    expect(commits.data.map((commit) => commit.sha)).toEqual([sha])
    const ofCommit = await octokit.repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: sha })
    expect(ofCommit.data.map((one) => one.number)).toEqual([pull_number])
    await octokit.pulls.update({ ...repo, pull_number, state: 'closed' })
    expect((await octokit.pulls.list({ ...repo, state: 'closed' })).data[0]?.number).toBe(pull_number)
    await octokit.pulls.update({ ...repo, pull_number, state: 'open' })
    expect((await octokit.issues.get({ ...repo, issue_number: pull_number })).data.state).toBe('open')
  })

  test('a second one for the same branches, or one without commits, is refused with the reason', async () => {
    await branch('twice', { 'twice.txt': 'x\n' })
    const wanted = { ...repo, title: 'Twice', head: 'twice', base: 'main' }
    await octokit.pulls.create(wanted)
    await expect(octokit.pulls.create(wanted)).rejects.toThrow(
      'A pull request already exists for example-org:twice.',
    )
    const nothing = { ...repo, title: 'Nothing', head: 'main', base: 'main' }
    await expect(octokit.pulls.create(nothing)).rejects.toThrow('No commits between main and main')
    await expect(octokit.pulls.create({ ...wanted, head: 'none' })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] } },
    })
  })

  test('a push to its branch moves its head', async () => {
    await branch('moving', { 'moving.txt': 'x\n' })
    const { data } = await octokit.pulls.create({ ...repo, title: 'Moving', head: 'moving', base: 'main' })
    const next = await commitFiles(clone, { 'moving.txt': 'y\n' }, 'More')
    await gitCli(clone, 'push', '--quiet', 'origin', 'moving')
    expect((await octokit.pulls.get({ ...repo, pull_number: data.number })).data.head.sha).toBe(next)
  })

  test('merging is refused when the head is not the one that was looked at, and done when it is', async () => {
    const sha = await branch('guarded', { 'guarded.txt': 'x\n' })
    const { data } = await octokit.pulls.create({ ...repo, title: 'Guarded', head: 'guarded', base: 'main' })
    const pull_number = data.number
    await expect(octokit.pulls.merge({ ...repo, pull_number, sha: 'b'.repeat(40) })).rejects.toMatchObject({
      status: 409,
    })
    await expect(octokit.pulls.checkIfMerged({ ...repo, pull_number })).rejects.toMatchObject({ status: 404 })
    const before = await mainHead()
    const merged = await octokit.pulls.merge({ ...repo, pull_number, sha })
    expect(await mainHead()).toBe(merged.data.sha)
    const commit = await octokit.git.getCommit({ ...repo, commit_sha: merged.data.sha })
    expect(commit.data.parents.map((parent) => parent.sha)).toEqual([before, sha])
    await octokit.pulls.checkIfMerged({ ...repo, pull_number })
    const after = await octokit.pulls.get({ ...repo, pull_number })
    expect(after.data).toMatchObject({
      merged: true,
      state: 'closed',
      merge_commit_sha: merged.data.sha,
      commits: 1,
    })
    await expect(octokit.pulls.merge({ ...repo, pull_number, sha })).rejects.toMatchObject({ status: 405 })
  })

  test('a squash is one commit on the base', async () => {
    await branch('squashed', { 'squashed.txt': 'x\n' })
    const { data } = await octokit.pulls.create({
      ...repo,
      title: 'Squashed',
      head: 'squashed',
      base: 'main',
    })
    const before = await mainHead()
    const merged = await octokit.pulls.merge({ ...repo, pull_number: data.number, merge_method: 'squash' })
    const commit = await octokit.git.getCommit({ ...repo, commit_sha: merged.data.sha })
    expect(commit.data.parents.map((parent) => parent.sha)).toEqual([before])
    expect(commit.data.message).toBe(`Squashed (#${data.number})`)
  })

  test('one that conflicts says so and is not merged', async () => {
    await branch('left', { 'a.txt': 'left\n' })
    const right = await branch('right', { 'a.txt': 'right\n' })
    const left = await octokit.pulls.create({ ...repo, title: 'Left', head: 'left', base: 'main' })
    const other = await octokit.pulls.create({ ...repo, title: 'Right', head: 'right', base: 'main' })
    await octokit.pulls.merge({ ...repo, pull_number: left.data.number })
    const { data } = await octokit.pulls.get({ ...repo, pull_number: other.data.number })
    expect(data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' })
    const merge = octokit.pulls.merge({ ...repo, pull_number: other.data.number, sha: right })
    await expect(merge).rejects.toThrow('It conflicts with main.')
  })

  test('a required check must have succeeded on the head', async () => {
    await branch('release/base', { 'base.txt': 'x\n' })
    const contexts = ['promotion / check']
    await octokit.request('PUT /repos/{owner}/{repo}/branches/{branch}/protection', {
      ...repo,
      branch: 'release/base',
      required_status_checks: { strict: false, contexts },
      enforce_admins: null,
      required_pull_request_reviews: null,
      restrictions: null,
    })
    const protection = await octokit.repos.getBranchProtection({ ...repo, branch: 'release/base' })
    expect(protection.data.required_status_checks?.contexts).toEqual(contexts)
    const sha = await branch('checked', { 'checked.txt': 'x\n' })
    const { data } = await octokit.pulls.create({
      ...repo,
      title: 'Checked',
      head: 'checked',
      base: 'release/base',
    })
    expect(data.mergeable_state).toBe('blocked')
    const pull = { ...repo, pull_number: data.number }
    await expect(octokit.pulls.merge(pull)).rejects.toMatchObject({ status: 405 })
    const status = { ...repo, sha, context: 'promotion / check' }
    await octokit.repos.createCommitStatus({ ...status, state: 'failure' })
    await expect(octokit.pulls.merge(pull)).rejects.toThrow('has failed')
    await octokit.repos.createCommitStatus({ ...status, state: 'success' })
    expect((await octokit.pulls.get(pull)).data.mergeable_state).toBe('clean')
    await octokit.pulls.merge(pull)
  })

  test('one whose commits reach the base by a push counts as merged; one whose branch goes is closed', async () => {
    await branch('pushed', { 'pushed.txt': 'x\n' })
    const pushed = await octokit.pulls.create({ ...repo, title: 'Pushed', head: 'pushed', base: 'main' })
    await gitCli(clone, 'push', '--quiet', 'origin', 'pushed:main')
    const merged = await octokit.pulls.get({ ...repo, pull_number: pushed.data.number })
    expect(merged.data).toMatchObject({ merged: true, state: 'closed' })
    await branch('gone', { 'gone.txt': 'x\n' })
    const gone = await octokit.pulls.create({ ...repo, title: 'Gone', head: 'gone', base: 'main' })
    await gitCli(clone, 'push', '--quiet', 'origin', '--delete', 'gone')
    const closed = await octokit.pulls.get({ ...repo, pull_number: gone.data.number })
    expect(closed.data).toMatchObject({ merged: false, state: 'closed', changed_files: 1 })
  })

  test('comments, labels and reviews are kept', async () => {
    await branch('talked', { 'talked.txt': 'x\n' })
    const { data } = await octokit.pulls.create({ ...repo, title: 'Talked', head: 'talked', base: 'main' })
    const issue = { ...repo, issue_number: data.number }
    const comment = await octokit.issues.createComment({ ...issue, body: 'first' })
    await octokit.issues.updateComment({ ...repo, comment_id: comment.data.id, body: 'second' })
    expect((await octokit.issues.listComments(issue)).data.map((one) => one.body)).toEqual(['second'])
    expect((await octokit.issues.getComment({ ...repo, comment_id: comment.data.id })).data.body).toBe(
      'second',
    )
    await expect(octokit.issues.createComment({ ...issue, body: 'x'.repeat(65_537) })).rejects.toMatchObject({
      status: 422,
    })
    await octokit.issues.deleteComment({ ...repo, comment_id: comment.data.id })
    expect((await octokit.issues.listComments(issue)).data).toEqual([])
    await octokit.issues.addLabels({ ...issue, labels: ['promotion', 'prod'] })
    await octokit.issues.setLabels({ ...issue, labels: ['prod'] })
    expect((await octokit.issues.listLabelsOnIssue(issue)).data.map((label) => label.name)).toEqual(['prod'])
    expect((await octokit.issues.update({ ...issue, title: 'Renamed' })).data.title).toBe('Renamed')
    await octokit.pulls.createReview({ ...repo, pull_number: data.number, event: 'APPROVE' })
    const reviews = await octokit.pulls.listReviews({ ...repo, pull_number: data.number })
    expect(reviews.data.map((review) => review.state)).toEqual(['APPROVED'])
  })
})

describe('evidence', () => {
  test('statuses combine to the newest of each context', async () => {
    const sha = await branch('statuses', { 's.txt': 'x\n' })
    const status = (context: string, state: 'pending' | 'success' | 'failure') =>
      octokit.repos.createCommitStatus({ ...repo, sha, context, state, description: state })
    await status('a', 'pending')
    await status('b', 'success')
    const combined = () => octokit.repos.getCombinedStatusForRef({ ...repo, ref: sha })
    expect((await combined()).data.state).toBe('pending')
    await status('a', 'success')
    expect((await combined()).data).toMatchObject({ state: 'success', total_count: 2 })
    await status('b', 'failure')
    expect((await combined()).data.state).toBe('failure')
    expect((await octokit.repos.listCommitStatusesForRef({ ...repo, ref: 'statuses' })).data).toHaveLength(4)
    const unknown = octokit.repos.createCommitStatus({ ...repo, sha: 'c'.repeat(40), state: 'success' })
    await expect(unknown).rejects.toMatchObject({ status: 422 })
  })

  test('a check run goes from queued to completed', async () => {
    const head_sha = await branch('runs', { 'r.txt': 'x\n' })
    const run = await octokit.checks.create({ ...repo, head_sha, name: 'ci' })
    expect(run.data).toMatchObject({ status: 'queued', conclusion: null })
    await octokit.checks.update({ ...repo, check_run_id: run.data.id, conclusion: 'success' })
    const listed = await octokit.checks.listForRef({ ...repo, ref: head_sha })
    expect(listed.data.check_runs).toMatchObject([{ name: 'ci', status: 'completed', conclusion: 'success' }])
    expect((await octokit.checks.get({ ...repo, check_run_id: run.data.id })).data.head_sha).toBe(head_sha)
  })

  test('deployments keep their statuses, and a success retires earlier ones', async () => {
    const deploy = () =>
      octokit.repos.createDeployment({ ...repo, ref: 'main', environment: 'stage', required_contexts: [] })
    const succeed = (deployment_id: number) =>
      octokit.repos.createDeploymentStatus({ ...repo, deployment_id, state: 'success' })
    const ids: number[] = []
    for (const { data } of [await deploy(), await deploy()]) {
      if ('id' in data) ids.push(data.id)
    }
    for (const id of ids) await succeed(id)
    const states = async (deployment_id = 0) =>
      (await octokit.repos.listDeploymentStatuses({ ...repo, deployment_id })).data.map(
        (status) => status.state,
      )
    expect(await states(ids[0])).toEqual(['inactive', 'success'])
    expect(await states(ids[1])).toEqual(['success'])
    const listed = await octokit.repos.listDeployments({ ...repo, environment: 'stage' })
    expect(listed.data.map((deployment) => deployment.id)).toEqual([...ids].reverse())
    expect((await octokit.repos.listDeployments({ ...repo, environment: 'none' })).data).toEqual([])
    expect(
      (await octokit.repos.getDeployment({ ...repo, deployment_id: ids[0] ?? 0 })).data.environment,
    ).toBe('stage')
  })

  test('a release makes its tag, once', async () => {
    const release = { ...repo, tag_name: 'v1.0.0', name: 'One', body: 'Changes' }
    await octokit.repos.createRelease(release)
    expect((await octokit.repos.getReleaseByTag({ ...repo, tag: 'v1.0.0' })).data.body).toBe('Changes')
    expect((await octokit.repos.listTags(repo)).data.map((tag) => tag.name)).toContain('v1.0.0')
    expect((await octokit.repos.listReleases(repo)).data).toHaveLength(1)
    await expect(octokit.repos.createRelease(release)).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ code: 'already_exists', field: 'tag_name' }] } },
    })
  })
})

describe('callers', () => {
  test('users, permissions and rate limits answer', async () => {
    expect((await octokit.users.getAuthenticated()).data.login).toBe('local-user')
    expect((await octokit.users.getByUsername({ username: 'ada' })).data.login).toBe('ada')
    expect((await octokit.rateLimit.get()).data.rate.remaining).toBeGreaterThan(0)
    const level = await octokit.repos.getCollaboratorPermissionLevel({ ...repo, username: 'ada' })
    expect(level.data.permission).toBe('write')
  })

  test('a write without a token is 401, and a route that the stand-in lacks is 501', async () => {
    const anonymous = await fetch(`${github.url}/api/v3/repos/${OWNER}/${REPO}/pulls`, { method: 'POST' })
    expect([anonymous.status, ((await anonymous.json()) as { message: string }).message]).toEqual([
      401,
      'Requires authentication',
    ])
    const lacking = await fetch(`${github.url}/api/v3/repos/${OWNER}/${REPO}/actions/runs`)
    expect(lacking.status).toBe(501)
  })

  test('a body that is not JSON is 400', async () => {
    const headers = { authorization: 'token x', 'content-type': 'application/json' }
    const url = `${github.url}/api/v3/repos/${OWNER}/${REPO}/pulls`
    expect((await fetch(url, { method: 'POST', headers, body: '{' })).status).toBe(400)
  })
})

test('every kind of answer above was judged by the schema that GitHub publishes', () => {
  expect(schemaValidator().judged.size).toBeGreaterThan(60)
})
