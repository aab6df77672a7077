import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verify } from '@octokit/webhooks-methods'
import { afterEach, expect, test } from 'vitest'
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
} from '../testing/harness.ts'

interface Delivery {
  event: string
  signature: string
  text: string
  body: Record<string, unknown>
}

const SECRET = 'a shared secret'
const repo = { owner: OWNER, repo: REPO }
let receiver: Server | undefined
let github: TestGitHub | undefined
let deliveries: Delivery[] = []

afterEach(async () => {
  await github?.close()
  receiver?.closeAllConnections()
  receiver?.close()
  deliveries = []
})

/** A receiver that answers with the given codes in turn, then with 200. */
async function startReceiver(codes: number[] = [], port = 0): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const status = codes.shift() ?? 200
    if (status === 200) {
      const event = String(request.headers['x-github-event'])
      const signature = String(request.headers['x-hub-signature-256'])
      deliveries.push({ event, signature, text, body: JSON.parse(text) as Record<string, unknown> })
    }
    response.writeHead(status).end()
  })
  receiver = server
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/webhook`
}

async function start(webhook: { url: string; events?: string[] }): Promise<TestGitHub> {
  const webhookTiming = { retries: 6, firstDelay: 50 }
  github = await startTestGitHub({ webhooks: [{ ...webhook, secret: SECRET }], webhookTiming })
  return github
}

/** Events as they arrived, judged by the payload schema that GitHub publishes. */
async function arrived(event: string, count = 1): Promise<Delivery[]> {
  await expect
    .poll(() => deliveries.filter((one) => one.event === event).length, { timeout: 20_000 })
    .toBe(count)
  const found = deliveries.filter((one) => one.event === event)
  for (const { body } of found) expect(schemaValidator().webhookProblems(event, body)).toEqual([])
  return found
}

test('a push is told with what a receiver needs to know which files changed, and signed', async () => {
  const test = await start({ url: await startReceiver() })
  const clone = await seededClone(test, { 'a.txt': 'one\n', 'b.txt': 'one\n' })
  const before = await gitCli(clone, 'rev-parse', 'HEAD')
  await gitCli(clone, 'rm', '--quiet', 'b.txt')
  const after = await commitFiles(clone, { 'a.txt': 'two\n', 'dir/ü.txt': 'new\n' }, 'Second')
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  const pushes = await arrived('push', 2)
  const second = pushes.find((push) => push.body.after === after)
  expect(second?.body).toMatchObject({
    ref: 'refs/heads/main',
    before,
    created: false,
    deleted: false,
    forced: false,
    repository: {
      html_url: `https://github.com/${OWNER}/${REPO}`,
      clone_url: `https://github.com/${OWNER}/${REPO}.git`,
      full_name: `${OWNER}/${REPO}`,
      default_branch: 'main',
      created_at: expect.any(Number),
      pushed_at: expect.any(Number),
    },
    commits: [
      { id: after, added: ['dir/ü.txt'], removed: ['b.txt'], modified: ['a.txt'], message: 'Second' },
    ],
    head_commit: { id: after },
    pusher: { name: 'local-user' },
  })
  for (const push of pushes) expect(await verify(SECRET, push.text, push.signature)).toBe(true)
})

test('a merge is told as a push to the base and as a closed pull request', async () => {
  const test = await start({ url: await startReceiver() })
  const clone = await seededClone(test)
  await gitCli(clone, 'checkout', '--quiet', '-b', 'topic')
  await commitFiles(clone, { 'b.txt': 'x\n' }, 'Topic')
  await gitCli(clone, 'push', '--quiet', 'origin', 'topic')
  const octokit = octokitFor(test)
  const { data } = await octokit.pulls.create({ ...repo, title: 'Topic', head: 'topic', base: 'main' })
  const sha = await commitFiles(clone, { 'c.txt': 'x\n' }, 'More')
  await gitCli(clone, 'push', '--quiet', 'origin', 'topic')
  await octokit.repos.createCommitStatus({ ...repo, sha, state: 'success', context: 'ci' })
  const comment = await octokit.issues.createComment({
    ...repo,
    issue_number: data.number,
    body: 'Looks good',
  })
  await octokit.issues.updateComment({ ...repo, comment_id: comment.data.id, body: 'Looks very good' })
  const merged = await octokit.pulls.merge({ ...repo, pull_number: data.number, sha })
  const pulls = await arrived('pull_request', 3)
  expect(pulls.map((pull) => pull.body.action).sort()).toEqual(['closed', 'opened', 'synchronize'])
  const closed = pulls.find((pull) => pull.body.action === 'closed')
  expect(closed?.body).toMatchObject({ pull_request: { merged: true, merge_commit_sha: merged.data.sha } })
  await arrived('issue_comment', 2)
  const pushes = await arrived('push', 4)
  const toMain = pushes.filter((push) => push.body.after === merged.data.sha)
  const commits = toMain.flatMap((push) => push.body.commits as { added: string[] }[])
  // oldest first, and the merge commit with all that it brought
  expect(commits.map((commit) => commit.added)).toEqual([['b.txt'], ['c.txt'], ['b.txt', 'c.txt']])
  expect((await arrived('status'))[0]?.body).toMatchObject({ sha, state: 'success', context: 'ci' })
})

test('only the events a receiver asked for are sent', async () => {
  const test = await start({ url: await startReceiver(), events: ['deployment', 'deployment_status'] })
  await seededClone(test)
  const octokit = octokitFor(test)
  const { data } = await octokit.repos.createDeployment({ ...repo, ref: 'main', environment: 'stage' })
  const deployment_id = 'id' in data ? data.id : 0
  await octokit.repos.createDeploymentStatus({ ...repo, deployment_id, state: 'success' })
  await arrived('deployment')
  const [status] = await arrived('deployment_status')
  expect(status?.body).toMatchObject({
    deployment_status: { state: 'success' },
    deployment: { environment: 'stage' },
  })
  expect(deliveries).toHaveLength(2)
})

test('a receiver that fails, or is not there yet, gets the event later', async () => {
  const test = await start({ url: await startReceiver([503, 500]) })
  await seededClone(test)
  await arrived('push')
})

test('a receiver that never answers does not hold up a push or the end of the server', async () => {
  const url = await startReceiver(Array.from({ length: 50 }, () => 503))
  const test = await startTestGitHub({
    webhooks: [{ url }],
    webhookTiming: { retries: 10, firstDelay: 60_000 },
  })
  await seededClone(test)
  const began = Date.now()
  await test.close()
  expect(Date.now() - began).toBeLessThan(5000)
})

test('a receiver that refuses an event is not asked again', async () => {
  const codes = [400]
  const test = await start({ url: await startReceiver(codes), events: ['push'] })
  const clone = await seededClone(test)
  const sha = await commitFiles(clone, { 'a.txt': 'two\n' }, 'Second')
  await expect.poll(() => codes).toEqual([])
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  const [push] = await arrived('push')
  expect(push?.body.after).toBe(sha)
})
