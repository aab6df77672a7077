import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
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
