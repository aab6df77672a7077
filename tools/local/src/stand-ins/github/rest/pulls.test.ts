import { describe, expect, test } from 'vitest'
import { commitFiles, gitCli, OWNER, REPO } from '../testing/harness.ts'
import { WithRepository } from '../testing/with-repository.ts'

const at = new WithRepository()

describe('pull requests', () => {
  test('one is opened, found, changed, closed and opened again', async () => {
    const sha = await at.branch('topic', { 'topic.txt': 'x\n' })
    const opened = await at.octokit.pulls.create({
      ...at.repo,
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
    const byHead = await at.octokit.pulls.list({ ...at.repo, head: `${OWNER}:topic`, base: 'main' })
    expect(byHead.data.map((one) => one.number)).toEqual([pull_number])
    expect((await at.octokit.pulls.list({ ...at.repo, head: `${OWNER}:other` })).data).toEqual([])
    await at.octokit.pulls.update({ ...at.repo, pull_number, title: 'Better', body: 'Because' })
    expect((await at.octokit.pulls.get({ ...at.repo, pull_number })).data).toMatchObject({
      title: 'Better',
      body: 'Because',
    })
    const files = await at.octokit.pulls.listFiles({ ...at.repo, pull_number })
    expect(files.data.map((file) => file.filename)).toEqual(['topic.txt'])
    const commits = await at.octokit.pulls.listCommits({ ...at.repo, pull_number })
    expect(commits.data.map((commit) => commit.sha)).toEqual([sha])
    const ofCommit = await at.octokit.repos.listPullRequestsAssociatedWithCommit({
      ...at.repo,
      commit_sha: sha,
    })
    expect(ofCommit.data.map((one) => one.number)).toEqual([pull_number])
    await at.octokit.pulls.update({ ...at.repo, pull_number, state: 'closed' })
    expect((await at.octokit.pulls.list({ ...at.repo, state: 'closed' })).data[0]?.number).toBe(pull_number)
    await at.octokit.pulls.update({ ...at.repo, pull_number, state: 'open' })
    expect((await at.octokit.issues.get({ ...at.repo, issue_number: pull_number })).data.state).toBe('open')
  })

  test('a second one for the same branches, or one without commits, is refused with the reason', async () => {
    await at.branch('twice', { 'twice.txt': 'x\n' })
    const wanted = { ...at.repo, title: 'Twice', head: 'twice', base: 'main' }
    await at.octokit.pulls.create(wanted)
    await expect(at.octokit.pulls.create(wanted)).rejects.toThrow(
      'A pull request already exists for example-org:twice.',
    )
    const nothing = { ...at.repo, title: 'Nothing', head: 'main', base: 'main' }
    await expect(at.octokit.pulls.create(nothing)).rejects.toThrow('No commits between main and main')
    await expect(at.octokit.pulls.create({ ...wanted, head: 'none' })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] } },
    })
  })

  test('a push to its branch moves its head', async () => {
    await at.branch('moving', { 'moving.txt': 'x\n' })
    const { data } = await at.octokit.pulls.create({
      ...at.repo,
      title: 'Moving',
      head: 'moving',
      base: 'main',
    })
    const next = await commitFiles(at.clone, { 'moving.txt': 'y\n' }, 'More')
    await gitCli(at.clone, 'push', '--quiet', 'origin', 'moving')
    expect((await at.octokit.pulls.get({ ...at.repo, pull_number: data.number })).data.head.sha).toBe(next)
  })

  test('merging is refused when the head is not the one that was looked at, and done when it is', async () => {
    const sha = await at.branch('guarded', { 'guarded.txt': 'x\n' })
    const { data } = await at.octokit.pulls.create({
      ...at.repo,
      title: 'Guarded',
      head: 'guarded',
      base: 'main',
    })
    const pull_number = data.number
    await expect(
      at.octokit.pulls.merge({ ...at.repo, pull_number, sha: 'b'.repeat(40) }),
    ).rejects.toMatchObject({
      status: 409,
    })
    await expect(at.octokit.pulls.checkIfMerged({ ...at.repo, pull_number })).rejects.toMatchObject({
      status: 404,
    })
    const before = await at.mainHead()
    const merged = await at.octokit.pulls.merge({ ...at.repo, pull_number, sha })
    expect(await at.mainHead()).toBe(merged.data.sha)
    const commit = await at.octokit.git.getCommit({ ...at.repo, commit_sha: merged.data.sha })
    expect(commit.data.parents.map((parent) => parent.sha)).toEqual([before, sha])
    await at.octokit.pulls.checkIfMerged({ ...at.repo, pull_number })
    const after = await at.octokit.pulls.get({ ...at.repo, pull_number })
    expect(after.data).toMatchObject({
      merged: true,
      state: 'closed',
      merge_commit_sha: merged.data.sha,
      commits: 1,
    })
    await expect(at.octokit.pulls.merge({ ...at.repo, pull_number, sha })).rejects.toMatchObject({
      status: 405,
    })
  })

  test('a squash is one commit on the base', async () => {
    await at.branch('squashed', { 'squashed.txt': 'x\n' })
    const { data } = await at.octokit.pulls.create({
      ...at.repo,
      title: 'Squashed',
      head: 'squashed',
      base: 'main',
    })
    const before = await at.mainHead()
    const merged = await at.octokit.pulls.merge({
      ...at.repo,
      pull_number: data.number,
      merge_method: 'squash',
    })
    const commit = await at.octokit.git.getCommit({ ...at.repo, commit_sha: merged.data.sha })
    expect(commit.data.parents.map((parent) => parent.sha)).toEqual([before])
    expect(commit.data.message).toBe(`Squashed (#${data.number})`)
  })

  test('one that conflicts says so and is not merged', async () => {
    await at.branch('left', { 'a.txt': 'left\n' })
    const right = await at.branch('right', { 'a.txt': 'right\n' })
    const left = await at.octokit.pulls.create({ ...at.repo, title: 'Left', head: 'left', base: 'main' })
    const other = await at.octokit.pulls.create({ ...at.repo, title: 'Right', head: 'right', base: 'main' })
    await at.octokit.pulls.merge({ ...at.repo, pull_number: left.data.number })
    const { data } = await at.octokit.pulls.get({ ...at.repo, pull_number: other.data.number })
    expect(data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' })
    const merge = at.octokit.pulls.merge({ ...at.repo, pull_number: other.data.number, sha: right })
    await expect(merge).rejects.toThrow('It conflicts with main.')
  })

  test('a required check must have succeeded on the head', async () => {
    await at.branch('release/base', { 'base.txt': 'x\n' })
    const contexts = ['promotion / check']
    await at.octokit.request('PUT /repos/{owner}/{repo}/branches/{branch}/protection', {
      ...at.repo,
      branch: 'release/base',
      required_status_checks: { strict: false, contexts },
      enforce_admins: null,
      required_pull_request_reviews: null,
      restrictions: null,
    })
    const protection = await at.octokit.repos.getBranchProtection({ ...at.repo, branch: 'release/base' })
    expect(protection.data.required_status_checks?.contexts).toEqual(contexts)
    const sha = await at.branch('checked', { 'checked.txt': 'x\n' })
    const { data } = await at.octokit.pulls.create({
      ...at.repo,
      title: 'Checked',
      head: 'checked',
      base: 'release/base',
    })
    expect(data.mergeable_state).toBe('blocked')
    const pull = { ...at.repo, pull_number: data.number }
    await expect(at.octokit.pulls.merge(pull)).rejects.toMatchObject({ status: 405 })
    const status = { ...at.repo, sha, context: 'promotion / check' }
    await at.octokit.repos.createCommitStatus({ ...status, state: 'failure' })
    await expect(at.octokit.pulls.merge(pull)).rejects.toThrow('has failed')
    await at.octokit.repos.createCommitStatus({ ...status, state: 'success' })
    expect((await at.octokit.pulls.get(pull)).data.mergeable_state).toBe('clean')
    await at.octokit.pulls.merge(pull)
  })

  test('one whose commits reach the base by a push counts as merged; one whose branch goes is closed', async () => {
    await at.branch('pushed', { 'pushed.txt': 'x\n' })
    const pushed = await at.octokit.pulls.create({
      ...at.repo,
      title: 'Pushed',
      head: 'pushed',
      base: 'main',
    })
    await gitCli(at.clone, 'push', '--quiet', 'origin', 'pushed:main')
    const merged = await at.octokit.pulls.get({ ...at.repo, pull_number: pushed.data.number })
    expect(merged.data).toMatchObject({ merged: true, state: 'closed' })
    await at.branch('gone', { 'gone.txt': 'x\n' })
    const gone = await at.octokit.pulls.create({ ...at.repo, title: 'Gone', head: 'gone', base: 'main' })
    await gitCli(at.clone, 'push', '--quiet', 'origin', '--delete', 'gone')
    const closed = await at.octokit.pulls.get({ ...at.repo, pull_number: gone.data.number })
    expect(closed.data).toMatchObject({ merged: false, state: 'closed', changed_files: 1 })
  })

  test('comments, labels and reviews are kept', async () => {
    await at.branch('talked', { 'talked.txt': 'x\n' })
    const { data } = await at.octokit.pulls.create({
      ...at.repo,
      title: 'Talked',
      head: 'talked',
      base: 'main',
    })
    const issue = { ...at.repo, issue_number: data.number }
    const comment = await at.octokit.issues.createComment({ ...issue, body: 'first' })
    await at.octokit.issues.updateComment({ ...at.repo, comment_id: comment.data.id, body: 'second' })
    expect((await at.octokit.issues.listComments(issue)).data.map((one) => one.body)).toEqual(['second'])
    expect((await at.octokit.issues.getComment({ ...at.repo, comment_id: comment.data.id })).data.body).toBe(
      'second',
    )
    await expect(
      at.octokit.issues.createComment({ ...issue, body: 'x'.repeat(65_537) }),
    ).rejects.toMatchObject({
      status: 422,
    })
    await at.octokit.issues.deleteComment({ ...at.repo, comment_id: comment.data.id })
    expect((await at.octokit.issues.listComments(issue)).data).toEqual([])
    await at.octokit.issues.addLabels({ ...issue, labels: ['promotion', 'prod'] })
    await at.octokit.issues.setLabels({ ...issue, labels: ['prod'] })
    expect((await at.octokit.issues.listLabelsOnIssue(issue)).data.map((label) => label.name)).toEqual([
      'prod',
    ])
    expect((await at.octokit.issues.update({ ...issue, title: 'Renamed' })).data.title).toBe('Renamed')
    await at.octokit.pulls.createReview({ ...at.repo, pull_number: data.number, event: 'APPROVE' })
    const reviews = await at.octokit.pulls.listReviews({ ...at.repo, pull_number: data.number })
    expect(reviews.data.map((review) => review.state)).toEqual(['APPROVED'])
  })
})
