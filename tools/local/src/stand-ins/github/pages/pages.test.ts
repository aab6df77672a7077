import type { Octokit } from '@octokit/rest'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
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

const repo = { owner: OWNER, repo: REPO }
const CHECK = 'promotion / check'
const BODY = `## Images

| image | before | after |
| --- | --- | --- |
| \`appname-api\` | \`sha-1111111\` | \`sha-2222222\` |

- [x] migrations are *expand* only

<details><summary>Rendered manifests</summary>

\`\`\`diff
-  replicas: 2
+  replicas: 3
\`\`\`

</details>

<script>document.title = 'stolen'</script><img src="x" onerror="document.title = 'stolen'">
[harmful](javascript:alert(1))
`

let browser: Browser
let github: TestGitHub
let clone: string
let octokit: Octokit
let page: Page
let head: string
let address: string
const requested: string[] = []

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
})
afterAll(() => browser.close())

beforeEach(async () => {
  github = await startTestGitHub({ requiredChecks: [CHECK] })
  clone = await seededClone(github, {
    'release.yaml': 'images:\n  - name: appname-api\n    newTag: sha-1111111\n',
  })
  octokit = octokitFor(github)
  await gitCli(clone, 'checkout', '--quiet', '-b', 'promote/stage-prod')
  head = await commitFiles(
    clone,
    { 'release.yaml': 'images:\n  - name: appname-api\n    newTag: sha-2222222\n' },
    'Promote',
  )
  await gitCli(clone, 'push', '--quiet', 'origin', 'promote/stage-prod')
  const title = 'Promote appname from stage to prod & <b>more</b>'
  const wanted = { ...repo, title, head: 'promote/stage-prod', base: 'main', body: BODY }
  const { data } = await octokit.pulls.create(wanted)
  await octokit.issues.createComment({
    ...repo,
    issue_number: data.number,
    body: 'Stage has run this for **2 h**.',
  })
  address = `${github.url}/${OWNER}/${REPO}/pull/${data.number}`
  page = await browser.newPage({ viewport: { width: 1100, height: 1200 } })
  page.on('request', (request) => requested.push(request.url()))
})
afterEach(async () => {
  await page.close()
  await github.close()
})

const succeed = (sha: string) =>
  octokit.repos.createCommitStatus({
    ...repo,
    sha,
    context: CHECK,
    state: 'success',
    description: 'Every gate passed',
  })
const mergeButton = () => page.getByRole('button', { name: 'Merge pull request' })

test('a person merges a pull request once its required check has succeeded', async () => {
  await page.goto(address)
  expect(await mergeButton().isDisabled()).toBe(true)
  expect(await page.locator('#merge-reason').textContent()).toContain(`The required check “${CHECK}”`)
  await succeed(head)
  await page.reload()
  expect(await page.locator('li.check').textContent()).toContain('Every gate passed')
  await screenshot('open')
  await mergeButton().click()
  expect(page.url()).toBe(address)
  expect(await page.locator('.pill').textContent()).toBe('merged')
  await screenshot('merged')
  const { data } = await octokit.git.getRef({ ...repo, ref: 'heads/main' })
  await gitCli(clone, 'fetch', '--quiet', 'origin', 'main')
  expect(await gitCli(clone, 'rev-parse', 'FETCH_HEAD^2')).toBe(head)
  expect(data.object.sha).toBe(await gitCli(clone, 'rev-parse', 'FETCH_HEAD'))
})

test('what was not looked at is not merged', async () => {
  await succeed(head)
  await page.goto(address)
  const next = await commitFiles(clone, { 'release.yaml': 'images: []\n' }, 'Sneak something in')
  await gitCli(clone, 'push', '--quiet', 'origin', 'promote/stage-prod')
  await succeed(next)
  await mergeButton().click()
  expect(await page.getByRole('alert').textContent()).toContain(
    'the branch has moved since you opened this page',
  )
  expect(await page.locator('.pill').first().textContent()).toBe('open')
  await screenshot('moved')
})

test('the page shows text as text, and markdown without anything that runs', async () => {
  await page.goto(address)
  expect(await page.locator('h1').first().textContent()).toContain('& <b>more</b>')
  expect(await page.title()).toContain('Promote appname from stage to prod')
  expect(await page.locator('.markdown script, .markdown img, a[href^="javascript"]').count()).toBe(0)
  expect(await page.locator('.markdown table td').first().textContent()).toBe('appname-api')
  expect(await page.locator('table.diff tr.add').textContent()).toContain('+    newTag: sha-2222222')
  expect(requested.filter((url) => !url.startsWith('http://127.0.0.1:'))).toEqual([])
})

test('a form on another site cannot merge', async () => {
  await succeed(head)
  const body = new URLSearchParams({ sha: head })
  for (const headers of [{ origin: 'https://elsewhere.example' }, { origin: 'null' }]) {
    const answer = await fetch(`${address}/merge`, { method: 'POST', body, headers, redirect: 'manual' })
    expect(answer.status).toBe(403)
  }
  const { data } = await octokit.pulls.get({ ...repo, pull_number: 1 })
  expect(data.merged).toBe(false)
})

test('from the repository one finds its pull requests and commits', async () => {
  await page.goto(`${github.url}/${OWNER}/${REPO}`)
  await screenshot('repository')
  await page.getByRole('link', { name: 'Promote appname' }).click()
  expect(page.url()).toBe(address)
  await page
    .getByRole('link', { name: head.slice(0, 7) })
    .first()
    .click()
  expect(await page.locator('h1').textContent()).toBe('Promote')
  const missing = await page.goto(`${github.url}/${OWNER}/${REPO}/pull/99`)
  expect(missing?.status()).toBe(404)
})

/** For looking at the pages oneself: SCREENSHOTS=<folder>. */
async function screenshot(name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}
