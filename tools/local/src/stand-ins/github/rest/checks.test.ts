import { describe, expect, test } from 'vitest'
import { OWNER, REPO } from '../testing/harness.ts'
import { WithRepository } from '../testing/with-repository.ts'

const at = new WithRepository()

describe('evidence', () => {
  test('statuses combine to the newest of each context', async () => {
    const sha = await at.branch('statuses', { 's.txt': 'x\n' })
    const status = (context: string, state: 'pending' | 'success' | 'failure') =>
      at.octokit.repos.createCommitStatus({ ...at.repo, sha, context, state, description: state })
    await status('a', 'pending')
    await status('b', 'success')
    const combined = () => at.octokit.repos.getCombinedStatusForRef({ ...at.repo, ref: sha })
    expect((await combined()).data.state).toBe('pending')
    await status('a', 'success')
    expect((await combined()).data).toMatchObject({ state: 'success', total_count: 2 })
    await status('b', 'failure')
    expect((await combined()).data.state).toBe('failure')
    expect(
      (await at.octokit.repos.listCommitStatusesForRef({ ...at.repo, ref: 'statuses' })).data,
    ).toHaveLength(4)
    const unknown = at.octokit.repos.createCommitStatus({ ...at.repo, sha: 'c'.repeat(40), state: 'success' })
    await expect(unknown).rejects.toMatchObject({ status: 422 })
  })

  test('a check run goes from queued to completed', async () => {
    const head_sha = await at.branch('runs', { 'r.txt': 'x\n' })
    const run = await at.octokit.checks.create({ ...at.repo, head_sha, name: 'ci' })
    expect(run.data).toMatchObject({ status: 'queued', conclusion: null })
    await at.octokit.checks.update({ ...at.repo, check_run_id: run.data.id, conclusion: 'success' })
    const listed = await at.octokit.checks.listForRef({ ...at.repo, ref: head_sha })
    expect(listed.data.check_runs).toMatchObject([{ name: 'ci', status: 'completed', conclusion: 'success' }])
    expect((await at.octokit.checks.get({ ...at.repo, check_run_id: run.data.id })).data.head_sha).toBe(
      head_sha,
    )
  })

  test('deployments keep their statuses, and a success retires earlier ones', async () => {
    const deploy = () =>
      at.octokit.repos.createDeployment({
        ...at.repo,
        ref: 'main',
        environment: 'stage',
        required_contexts: [],
      })
    const succeed = (deployment_id: number) =>
      at.octokit.repos.createDeploymentStatus({ ...at.repo, deployment_id, state: 'success' })
    const ids: number[] = []
    for (const { data } of [await deploy(), await deploy()]) {
      if ('id' in data) ids.push(data.id)
    }
    for (const id of ids) await succeed(id)
    const states = async (deployment_id = 0) =>
      (await at.octokit.repos.listDeploymentStatuses({ ...at.repo, deployment_id })).data.map(
        (status) => status.state,
      )
    expect(await states(ids[0])).toEqual(['inactive', 'success'])
    expect(await states(ids[1])).toEqual(['success'])
    const listed = await at.octokit.repos.listDeployments({ ...at.repo, environment: 'stage' })
    expect(listed.data.map((deployment) => deployment.id)).toEqual([...ids].reverse())
    expect((await at.octokit.repos.listDeployments({ ...at.repo, environment: 'none' })).data).toEqual([])
    expect(
      (await at.octokit.repos.getDeployment({ ...at.repo, deployment_id: ids[0] ?? 0 })).data.environment,
    ).toBe('stage')
  })

  test('a release makes its tag, once', async () => {
    const release = { ...at.repo, tag_name: 'v1.0.0', name: 'One', body: 'Changes' }
    await at.octokit.repos.createRelease(release)
    expect((await at.octokit.repos.getReleaseByTag({ ...at.repo, tag: 'v1.0.0' })).data.body).toBe('Changes')
    expect((await at.octokit.repos.listTags(at.repo)).data.map((tag) => tag.name)).toContain('v1.0.0')
    expect((await at.octokit.repos.listReleases(at.repo)).data).toHaveLength(1)
    await expect(at.octokit.repos.createRelease(release)).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ code: 'already_exists', field: 'tag_name' }] } },
    })
  })
})

describe('callers', () => {
  test('users, permissions and rate limits answer', async () => {
    expect((await at.octokit.users.getAuthenticated()).data.login).toBe('local-user')
    expect((await at.octokit.users.getByUsername({ username: 'ada' })).data.login).toBe('ada')
    expect((await at.octokit.rateLimit.get()).data.rate.remaining).toBeGreaterThan(0)
    const level = await at.octokit.repos.getCollaboratorPermissionLevel({ ...at.repo, username: 'ada' })
    expect(level.data.permission).toBe('write')
  })

  test('a write without a token is 401, and a route that the stand-in lacks is 501', async () => {
    const anonymous = await fetch(`${at.url}/api/v3/repos/${OWNER}/${REPO}/pulls`, { method: 'POST' })
    expect([anonymous.status, ((await anonymous.json()) as { message: string }).message]).toEqual([
      401,
      'Requires authentication',
    ])
    const lacking = await fetch(`${at.url}/api/v3/repos/${OWNER}/${REPO}/actions/runs`)
    expect(lacking.status).toBe(501)
  })

  test('a body that is not JSON is 400', async () => {
    const headers = { authorization: 'token x', 'content-type': 'application/json' }
    const url = `${at.url}/api/v3/repos/${OWNER}/${REPO}/pulls`
    expect((await fetch(url, { method: 'POST', headers, body: '{' })).status).toBe(400)
  })
})
