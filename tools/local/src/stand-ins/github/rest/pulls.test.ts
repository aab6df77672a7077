import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  commitFiles,
  gitCli,
  OWNER,
  octokitFor,
  pushBranch,
  REPO,
  seededClone,
  startTestGitHub,
  type TestGitHub,
} from '../testing/harness.ts'

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

const branch = (name: string, files: Record<string, string>, message?: string) =>
  pushBranch(clone, name, files, message)

async function mainHead(): Promise<string> {
  return (await octokit.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha
}

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
