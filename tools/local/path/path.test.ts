// The whole path, told in order: from a machine without a cluster to a promoted production, two releases that must not
// get through, and a machine without a cluster again.
import { execa } from 'execa'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KubernetesObject, list } from '../src/cluster/kubectl.ts'
import { type RunningCluster, requireCluster, runningCluster, stopCluster } from '../src/cluster/lifecycle.ts'
import { expectedApplications, waitForApplications } from '../src/cluster/wait.ts'
import { build, openPromotion, type PullRequest, pushChange } from '../src/commands/start.ts'
import { changes } from '../src/demo/changes.ts'
import { checkout, clusterId } from '../src/paths.ts'
import { promote } from '../src/promote.ts'
import { type Answer, failures, startClients } from './clients.ts'
import { type Footprint, footprint } from './footprint.ts'
import { podIdentities, sql, type WeightChange, watchWeights } from './observe.ts'

const prodApi = 'api.appname.example'

let before: Footprint
let cluster: RunningCluster
let browser: Browser
/** What prod ran before a release that must not get through. */
let provenVersion: string

/** Runs `npm start` as a person would, and gives what it printed. */
async function npmStart(): Promise<string> {
  const { stdout } = await execa('npm', ['start', '--silent'], { cwd: checkout, stderr: 'inherit' })
  return stdout
}

/** Merges a pull request on its page, as a person would. */
async function mergeOnPage(pullRequest: PullRequest): Promise<void> {
  const page = await browser.newPage()
  await page.goto(pullRequest.url)
  await page.getByRole('button', { name: 'Merge pull request' }).click()
  await page.getByText('Merged', { exact: false }).first().waitFor()
  await page.close()
}

/** Opens a promotion to prod, merges it while clients keep asking, and waits for the verdict. */
async function promoteUnderLoad() {
  const pullRequest = await openPromotion(cluster)
  if (!pullRequest) throw new Error('there was nothing to promote')
  const clients = startClients(cluster.ports.https, prodApi)
  const weights = watchWeights('appname-prod')
  await mergeOnPage(pullRequest)
  const verdict = await promote(cluster.ports, ['wait', 'prod', '--timeout', '10m'])
  return { verdict, answers: await clients.stop(), weights: await weights.stop() }
}

/** The share of answers, 0 to 1, that came from `version` while the canary had `weight`; a second at each end is left out. */
function shareAt(
  answers: readonly Answer[],
  weights: readonly WeightChange[],
  weight: number,
  version: string,
) {
  const index = weights.findIndex((change) => change.weight === weight)
  const from = weights[index]
  const to = weights[index + 1]
  if (!from || !to) return undefined
  const during = answers.filter(({ at }) => at > from.at + 1000 && at < to.at - 1000)
  return during.filter((answer) => answer.version === version).length / during.length
}

async function appliedMigrations(database: string): Promise<string[]> {
  const rows = await sql(
    database,
    'select migration_name from _prisma_migrations where finished_at is not null order by 1',
  )
  return rows.split('\n').filter(Boolean)
}

async function prodVersion(): Promise<string> {
  type Rollout = KubernetesObject & { metadata: { labels: Record<string, string> } }
  const clients = startClients(cluster.ports.https, prodApi, 5, 1)
  const versions = new Set((await clients.stop()).map(({ version }) => version))
  expect(versions.size, 'prod answers with one version').toBe(1)
  expect(await list<Rollout>('rollouts.argoproj.io', 'appname-prod')).toHaveLength(1)
  return String([...versions][0])
}

beforeAll(async () => {
  await stopCluster()
  before = await footprint(clusterId)
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
})

afterAll(async () => {
  await browser?.close()
  await stopCluster()
})

describe('from a bare machine', () => {
  test('npm start ends with an open pull request, its address and what to type next', async () => {
    const output = await npmStart()
    cluster = await requireCluster()
    expect(output).toMatch(/merge http:\/\/127\.0\.0\.1:\d+\/example-org\/appname\/pull\/\d+/)
    expect(output).toContain('npm run promote -- wait prod')
  })

  test('every Application of clusters/local is Synced and Healthy', async () => {
    type Application = KubernetesObject<unknown, { sync: { status: string }; health: { status: string } }>
    const all = await list<Application>('applications.argoproj.io', 'argocd')
    expect(all.map(({ metadata }) => metadata.name).sort()).toEqual((await expectedApplications()).sort())
    expect(
      all.filter(({ status }) => status?.sync.status !== 'Synced' || status.health.status !== 'Healthy'),
    ).toEqual([])
  })

  test('the three environments run; stage is one release ahead of prod', async () => {
    const run = await promote(cluster.ports, ['status', '--json'])
    const { details } = JSON.parse(run.stdout)
    const byName = Object.fromEntries(details.environments.map((one: { name: string }) => [one.name, one]))
    for (const name of ['dev', 'stage', 'prod']) expect(byName[name].state, name).toBe('healthy')
    expect(byName.dev.release).toEqual(byName.stage.release)
    expect(byName.prod.release.commit).not.toBe(byName.stage.release.commit)
  })

  test('npm start again finds everything in place and leaves it alone', async () => {
    const pods = await podIdentities('appname-prod')
    const pid = cluster.pid
    const output = await npmStart()
    expect((await runningCluster())?.pid).toBe(pid)
    expect(output).toMatch(/merge http:\/\/127\.0\.0\.1:\d+\/example-org\/appname\/pull\/\d+/)
    expect(await podIdentities('appname-prod')).toEqual(pods)
  })
})

describe('promoting to prod', () => {
  test('the canary gets its share of real requests, and no request fails', async () => {
    const old = await prodVersion()
    const { verdict, answers, weights } = await promoteUnderLoad()
    expect(verdict.exitCode, verdict.stdout + verdict.stderr).toBe(0)
    expect(failures(answers)).toEqual([])
    provenVersion = await prodVersion()
    expect(provenVersion).not.toBe(old)
    expect(weights.map(({ weight }) => weight)).toEqual(expect.arrayContaining([10, 50]))
    const [tenth, half] = [10, 50].map((weight) => shareAt(answers, weights, weight, provenVersion))
    expect(tenth, 'share at weight 10').toBeGreaterThan(0.03)
    expect(tenth, 'share at weight 10').toBeLessThan(0.2)
    expect(half, 'share at weight 50').toBeGreaterThan(0.35)
    expect(half, 'share at weight 50').toBeLessThan(0.65)
  })

  test('its migration was applied exactly once', async () => {
    const applied = await appliedMigrations('appname_prod')
    expect(applied.filter((name) => name.endsWith('_event_notes'))).toHaveLength(1)
  })

  test('a snapshot was taken before it, and the smoke test ran after it', async () => {
    type Job = KubernetesObject<unknown, { succeeded?: number }>
    const jobs = await list<Job>('jobs', 'appname-prod')
    const succeeded = jobs
      .filter(({ status }) => status?.succeeded === 1)
      .map(({ metadata }) => metadata.name)
    expect(succeeded).toEqual(expect.arrayContaining(['snapshot', 'migrate', 'smoke']))
  })
})

describe('a release that must not get through', () => {
  test('one whose api answers 500 is found by the analysis before a client meets it', async () => {
    await build(cluster, await pushChange(cluster, changes.failingApi))
    const { verdict, answers } = await promoteUnderLoad()
    expect(verdict.exitCode, verdict.stdout).toBe(1)
    expect(verdict.stdout + verdict.stderr).toMatch(/AnalysisRun/)
    expect(failures(answers)).toEqual([])
    expect(await prodVersion()).toBe(provenVersion)
  })

  test('a wait that can not end names what blocks it', async () => {
    await expect(waitForApplications(2_000, () => {})).rejects.toThrow(
      /did not settle in 2 s:\n {2}.*appname-prod: OutOfSync/s,
    )
  })

  test('one whose migration fails starts nothing', async () => {
    await build(cluster, await pushChange(cluster, changes.brokenMigration))
    const { verdict, answers } = await promoteUnderLoad()
    expect(verdict.exitCode, verdict.stdout).toBe(1)
    expect(verdict.stdout + verdict.stderr).toMatch(/migrate/)
    expect(failures(answers)).toEqual([])
    expect(await prodVersion()).toBe(provenVersion)
  })
})

describe('afterwards', () => {
  test('down leaves no process, mount, interface, firewall rule, control group or file', async () => {
    expect(await stopCluster()).toBe(true)
    expect(await footprint(clusterId)).toEqual(before)
    const { stdout } = await execa('git', ['status', '--porcelain', '--ignored', '.local'], { cwd: checkout })
    expect(stdout).toBe('')
  })
})
