import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startGitHub } from './server.ts'
import {
  commitFiles,
  gitCli,
  OWNER,
  octokitFor,
  REPO,
  seededClone,
  startTestGitHub,
  type TestGitHub,
} from './testing/harness.ts'

const repo = { owner: OWNER, repo: REPO }
let test1: TestGitHub
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  test1 = await startTestGitHub()
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await test1.close()
})

async function openPull(clone: string): Promise<number> {
  await gitCli(clone, 'checkout', '--quiet', '-b', 'topic')
  await commitFiles(clone, { 'b.txt': 'x\n' }, 'Topic')
  await gitCli(clone, 'push', '--quiet', 'origin', 'topic')
  const { data } = await octokitFor(test1).pulls.create({
    ...repo,
    title: 'Topic',
    head: 'topic',
    base: 'main',
  })
  return data.number
}

/** A second server on the first one's data, the first one being closed. */
async function restart(options: Partial<Parameters<typeof startGitHub>[0]> = {}): Promise<TestGitHub> {
  await test1.github.close()
  const listen = [{ host: '127.0.0.1', port: 0 }]
  const github = await startGitHub({ dataDir: test1.dataDir, listen, ...options })
  closing.push(() => github.close())
  return { ...test1, url: github.addresses[0] ?? '', github }
}

test('after a restart everything is as it was', async () => {
  const clone = await seededClone(test1)
  const pull_number = await openPull(clone)
  const before = octokitFor(test1)
  await before.issues.createComment({ ...repo, issue_number: pull_number, body: 'kept' })
  const { data: pull } = await before.pulls.get({ ...repo, pull_number })
  await before.repos.createCommitStatus({ ...repo, sha: pull.head.sha, state: 'success', context: 'ci' })
  const again = octokitFor(await restart())
  const after = (await again.pulls.get({ ...repo, pull_number })).data
  expect({ ...after, url: '' }).toMatchObject({
    title: 'Topic',
    created_at: pull.created_at,
    comments: 1,
    id: pull.id,
  })
  expect((await again.repos.getCombinedStatusForRef({ ...repo, ref: 'topic' })).data.state).toBe('success')
})

test('a branch that moved while the server was down has moved its pull request too', async () => {
  const clone = await seededClone(test1)
  const pull_number = await openPull(clone)
  await test1.github.close()
  const sha = await commitFiles(clone, { 'c.txt': 'x\n' }, 'More')
  await gitCli(clone, 'push', '--quiet', join(test1.dataDir, OWNER, `${REPO}.git`), 'topic')
  const { data } = await octokitFor(await restart()).pulls.get({ ...repo, pull_number })
  expect(data.head.sha).toBe(sha)
})

test('a damaged state file is an error that names it, not an empty repository', async () => {
  const file = join(test1.dataDir, OWNER, `${REPO}.json`)
  await writeFile(file, '{"version": 1}')
  const headers = { authorization: 'token x' }
  const answer = await fetch(`${(await restart()).url}/api/v3/repos/${OWNER}/${REPO}`, { headers })
  expect(answer.status).toBe(500)
  expect(await readFile(file, 'utf8')).toBe('{"version": 1}')
})

test('with configured tokens only those are known, each with its login and permissions', async () => {
  await seededClone(test1)
  const tokens = {
    whole: { login: 'ada' },
    narrow: { login: 'promotion[bot]', permissions: { statuses: 'write', contents: 'read' } },
  } as const
  const guarded = await restart({ tokens, anonymousPush: false })
  expect((await octokitFor(guarded, 'whole').users.getAuthenticated()).data.login).toBe('ada')
  const unknown = octokitFor(guarded, 'unknown').repos.get(repo)
  await expect(unknown).rejects.toMatchObject({
    status: 401,
    response: { data: { message: 'Bad credentials' } },
  })
  const narrow = octokitFor(guarded, 'narrow')
  const { data: ref } = await narrow.git.getRef({ ...repo, ref: 'heads/main' })
  const sha = ref.object.sha
  expect(
    (await narrow.repos.createCommitStatus({ ...repo, sha, state: 'success' })).data.creator?.login,
  ).toBe('promotion[bot]')
  await expect(narrow.git.createRef({ ...repo, ref: 'refs/heads/x', sha })).rejects.toMatchObject({
    status: 403,
  })
  const clone = join(test1.folder, 'guarded')
  const address = `${OWNER}/${REPO}.git`
  await gitCli(test1.folder, 'clone', '--quiet', `${guarded.url}/${address}`, clone)
  await commitFiles(clone, { 'a.txt': 'two\n' }, 'Second')
  await expect(gitCli(clone, 'push', '--quiet', 'origin', 'main')).rejects.toThrow(/could not read Username/)
  const withToken = (token: string) => guarded.url.replace('http://', `http://x-access-token:${token}@`)
  await expect(gitCli(clone, 'push', '--quiet', `${withToken('narrow')}/${address}`, 'main')).rejects.toThrow(
    /403/,
  )
  await gitCli(clone, 'push', '--quiet', `${withToken('whole')}/${address}`, 'main')
})

test('under the name api.github.com the API is at the root, over TLS', async () => {
  await seededClone(test1)
  const [key, cert] = await certificate()
  const secure = await restart({ listen: [{ host: '127.0.0.1', port: 0, tls: { key, cert } }] })
  const { port } = new URL(secure.url)
  const get = (host: string, path: string) =>
    new Promise<string>((done, failed) => {
      const headers = { host, authorization: 'token x' }
      const options = { host: '127.0.0.1', port, path, headers, ca: cert, servername: host }
      secureRequest(options, (response) => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (part: string) => {
          text += part
        })
        response.on('end', () => done(text))
      })
        .on('error', failed)
        .end()
    })
  expect(JSON.parse(await get('api.github.com', `/repos/${OWNER}/${REPO}`))).toMatchObject({
    url: `https://api.github.com/repos/${OWNER}/${REPO}`,
  })
  expect(await get('github.com', `/${OWNER}/${REPO}.git/info/refs?service=git-upload-pack`)).toContain(
    'refs/heads/main',
  )
  const env = { GIT_SSL_NO_VERIFY: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
  const { stdout } = await execa('git', ['ls-remote', `${secure.url}/${OWNER}/${REPO}`], { env })
  expect(stdout).toContain('refs/heads/main')
})

async function certificate(): Promise<[string, string]> {
  const [key, cert] = [join(test1.folder, 'key.pem'), join(test1.folder, 'cert.pem')]
  const names = 'subjectAltName=DNS:github.com,DNS:api.github.com'
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const args = [
    'req',
    '-x509',
    ...kind,
    '-subj',
    '/CN=github.com',
    '-addext',
    names,
    '-keyout',
    key,
    '-out',
    cert,
  ]
  await execa('openssl', args)
  return [await readFile(key, 'utf8'), await readFile(cert, 'utf8')]
}

test('it listens on a socket as well, and a taken port leaves nothing running', async () => {
  const socketPath = join(test1.folder, 'github.sock')
  const port = Number(new URL(test1.url).port)
  const taken = startGitHub({ dataDir: test1.dataDir, listen: [{ socketPath }, { host: '127.0.0.1', port }] })
  await expect(taken).rejects.toThrow('EADDRINUSE')
  const github = await startGitHub({ dataDir: test1.dataDir, listen: [{ socketPath }] })
  closing.push(() => github.close())
  const status = await new Promise((done) => {
    request({ socketPath, path: '/api/v3/rate_limit' }, (response) => done(response.statusCode)).end()
  })
  expect(status).toBe(200)
})

test('as a process it says where it listens, and stops when told to', async () => {
  const config = join(test1.folder, 'github.json')
  const listen = [{ host: '127.0.0.1', port: 0 }]
  await writeFile(config, JSON.stringify({ dataDir: test1.dataDir, listen, publicUrl: 'http://127.0.0.1:1' }))
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, config], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((done) =>
    child.stdout.once('data', (data: Buffer) => done(data.toString())),
  )
  const { addresses } = JSON.parse(line) as { addresses: string[] }
  const answer = await fetch(`${addresses[0]}/api/v3/repos/${OWNER}/${REPO}`)
  expect(await answer.json()).toMatchObject({ html_url: `http://127.0.0.1:1/${OWNER}/${REPO}` })
  const code = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  expect(await code).toBe(0)
})
