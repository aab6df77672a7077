import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { main } from '../src/main.ts'
import { errorSchema, type ResultOf, resultSchema } from '../src/output/result.ts'
import { environmentOf, startTestGitHub, type TestGitHub } from './github.ts'
import { startTestRegistry, type TestRegistry } from './registry.ts'
import { registryHost, repositoryFiles } from './release-text.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const releaseFile = (environment: string) => `workloads/appname/envs/${environment}/release/release.yaml`

let github: TestGitHub
let registry: TestRegistry

type Ran = { code: number; stdout: string; stderr: string }

/** Takes out of a text what differs between runs. */
function named(text: string): string {
  return text.replaceAll(github.url, 'URL').replaceAll('https://github.com', 'URL')
}

function variablesFor(extra: Record<string, string>): Record<string, string> {
  const base = { HOME: '/nonexistent', KUBECONFIG: '/nonexistent', PROMOTE_REGISTRY_ENDPOINT: registry.url }
  return { ...base, ...environmentOf(github), ...extra }
}

/** The command, in this process. */
async function promote(args: string[], extra: Record<string, string> = {}): Promise<Ran> {
  const out = { stdout: '', stderr: '' }
  const write = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      out[name] += text
    },
  })
  const streams = { stdin: {}, stdout: write('stdout'), stderr: write('stderr') }
  const code = await main(args, variablesFor(extra), streams)
  return { code, stdout: named(out.stdout), stderr: named(out.stderr) }
}

/** The command as a process of its own, without a terminal. */
function promoteProcess(args: string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', ...variablesFor({}) }
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', cli, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout: named(stdout), stderr: named(stderr) })
    })
  })
}

/** Pushes a commit to main and its two images to the registry, as a build does; the arguments of its bump. */
async function build(subject: string, changes: Record<string, string> = {}) {
  const commit = await github.push('main', subject, changes)
  const labels = { 'org.opencontainers.image.revision': commit }
  const digests = {
    api: registry.add('appname-api', `sha-${commit}`, { ...labels, image: 'api' }),
    web: registry.addIndex('appname-web', `sha-${commit}`, { ...labels, image: 'web' }),
  }
  const image = (name: 'api' | 'web') =>
    `${name}=${registryHost}/appname-${name}:sha-${commit}@${digests[name]}`
  return { commit, digests, args: ['bump', '--image', image('api'), '--image', image('web')] }
}

/** How many requests went to the git host. */
function githubRequests({ mock }: { mock: { calls: unknown[][] } }): number {
  return mock.calls.filter(([address]) => String(address).startsWith(github.url)).length
}

async function committedFile(path: string, revision = 'origin/main'): Promise<string> {
  return github.git('show', `${revision}:${path}`)
}

beforeAll(async () => {
  github = await startTestGitHub(repositoryFiles())
  registry = await startTestRegistry()
})
afterAll(async () => {
  await registry.close()
  await github.close()
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('from the first build to a promotion, as people and CI run it', () => {
  let first: Awaited<ReturnType<typeof build>>
  let second: Awaited<ReturnType<typeof build>>

  test('bump writes the first release into what follows main, in one commit', async () => {
    first = await build('Serve events')
    const ran = await promoteProcess(first.args)
    const head = await github.git('rev-parse', 'origin/main')
    const [short, release] = [head.slice(0, 7), first.commit.slice(0, 7)]
    expect(ran).toEqual({
      code: 0,
      stderr: '',
      stdout: `  dev    never released  → ${release}
  stage  never released  → ${release}

✓ dev and stage will run ${release} (commit ${short})
  → npm run promote -- wait dev
  → npm run promote -- wait stage
`,
    })
    expect(await github.git('diff', '--name-only', `${first.commit}..origin/main`)).toBe(
      `${releaseFile('dev')}\n${releaseFile('stage')}`,
    )
    expect(await github.git('rev-list', '--count', `${first.commit}..origin/main`)).toBe('1')
    expect(await committedFile(releaseFile('stage'))).toContain(`digest: ${first.digests.api} # the same`)
  })

  test('the same bump again has nothing to do, and costs two requests', async () => {
    const before = registry.requests.length
    const fetched = vi.spyOn(globalThis, 'fetch')
    const ran = await promote(first.args)
    expect(fetched).toHaveBeenCalledTimes(2)
    expect(ran).toMatchObject({ code: 5, stderr: '' })
    expect(ran.stdout).toContain(`· dev and stage have ${first.commit.slice(0, 7)} already\n`)
    expect(registry.requests.length).toBe(before)
  })

  test('the very first release of prod is written when it is asked for', async () => {
    const ran = await promote([...first.args, '--bootstrap', 'prod', '--json'])
    expect(ran.code).toBe(0)
    expect(resultSchema.parse(JSON.parse(ran.stdout))).toMatchObject({
      outcome: 'done',
      details: {
        environments: [{ change: 'unchanged' }, { change: 'unchanged' }, { name: 'prod', change: 'write' }],
      },
    })
    expect(await committedFile(releaseFile('prod'))).toContain(first.digests.web)
  })

  test('a release of prod is never overwritten by a bootstrap', async () => {
    second = await build('Add bookings', {
      'apps/api/prisma/migrations/20260101_bookings/migration.sql': '-- migration: expand\nselect 1;\n',
    })
    const ran = await promote([...second.args, '--bootstrap', 'prod'])
    expect(ran).toEqual({
      code: 3,
      stdout: '',
      stderr: `✗ prod already runs ${first.commit.slice(0, 7)}; --bootstrap is for its very first release
  → Use promote <from> prod.
`,
    })
  })

  test('the next build goes to stage, and a dry run of its promotion writes nothing', async () => {
    expect((await promote(second.args)).code).toBe(0)
    const ran = await promote(['stage', 'prod', '--dry-run'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain('migrations\n  20260101_bookings  expand\n')
    expect(ran.stdout).toContain('nothing was written')
    expect(await github.git('branch', '--remotes', '--list', 'origin/promote/*')).toBe('')
  })

  test('promote opens one pull request, however often it runs', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const opened = await promote(['stage', 'prod'])
    expect(githubRequests(fetched)).toBeLessThanOrEqual(10)
    const release = second.commit.slice(0, 7)
    expect(opened).toMatchObject({ code: 0, stderr: '' })
    expect(opened.stdout).toContain(`✓ opened pull request #1: Promote appname ${release} from stage to prod
  → URL/example-org/appname/pull/1
  → npm run promote -- wait prod
`)
    const branch = 'origin/promote/appname/stage-to-prod'
    const head = await github.git('rev-parse', branch)
    const again = await promote(['stage', 'prod', '--json'])
    expect(JSON.parse(again.stdout).details.pullRequest).toMatchObject({ number: 1, change: 'unchanged' })
    expect(await github.git('rev-parse', branch)).toBe(head)
    expect(await github.git('diff', '--name-only', `origin/main...${branch}`)).toBe(releaseFile('prod'))
    expect(await github.git('diff', '--numstat', `origin/main...${branch}`)).toMatch(/^5\t5\t/)
  })

  test('a newer release in stage brings the same pull request up to date', async () => {
    const third = await build('Fix bookings')
    await promote(third.args)
    const fetched = vi.spyOn(globalThis, 'fetch')
    const ran = await promote(['stage', 'prod', '--json'])
    expect(githubRequests(fetched)).toBeLessThanOrEqual(10)
    expect(JSON.parse(ran.stdout).details.pullRequest).toMatchObject({ number: 1, change: 'updated' })
    const branch = 'origin/promote/appname/stage-to-prod'
    expect(await github.git('rev-list', '--count', `origin/main..${branch}`)).toBe('1')
    expect(await committedFile(releaseFile('prod'), branch)).toContain(third.digests.api)
    expect(await github.git('branch', '--remotes', '--list', 'origin/promote/*')).toBe(branch)
  })

  test('a build that finishes after a newer one does not take stage back', async () => {
    const ran = await promote(second.args)
    expect(ran.code).toBe(5)
    expect(ran.stdout).toContain('superseded: ')
  })

  test('status shows it all on one screen, without a cluster too', async () => {
    const ran = await promote(['status'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^environment {2}release {2}since/)
    expect(ran.stdout).toMatch(/^prod +[0-9a-f]{7} +\d+ \w+ +· unknown +#1 +stage$/m)
    expect(ran.stdout).toContain(`
✓ 3 environments; their health is not known without a kubeconfig (KUBECONFIG)
  → URL/example-org/appname/pull/1 waits for a merge into prod
`)
  })

  test('history is read in two requests, from the same commits that git shows', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const ran = await promote(['history', 'stage', '--limit', '2', '--json'])
    expect(githubRequests(fetched)).toBe(2)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    const { details } = resultSchema.parse(JSON.parse(ran.stdout)) as ResultOf<'history'>
    const shas = details.environments[0]?.entries.map(({ commit }) => commit.sha).join('\n')
    expect(shas).toBe(await github.git('log', '-2', '--format=%H', 'origin/main', '--', releaseFile('stage')))
  })

  test('a held prod refuses its promotion until the hold is released', async () => {
    expect(await promote(['hold', 'prod', '--reason', 'Sale: "big"'])).toMatchObject({ code: 0, stderr: '' })
    const refused = await promote(['stage', 'prod'])
    expect(refused.code).toBe(3)
    expect(refused.stdout).toContain('✗ refused by not-held: prod is held: Sale: "big"\n')
    expect((await promote(['release-hold', 'prod'])).code).toBe(0)
    expect(await github.git('ls-tree', '-r', '--name-only', 'origin/main')).not.toContain('hold.yaml')
    expect((await promote(['release-hold', 'prod'])).code).toBe(5)
    expect((await promote(['stage', 'prod'])).code).toBe(0)
  })

  test('diff names what differs', async () => {
    const ran = await promote(['diff', 'stage', 'prod'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain('Fix bookings  Ada')
  })

  test('rollback offers what prod ran before, as a pull request of its own', async () => {
    const other = await promote(['rollback', 'prod'])
    expect(other).toMatchObject({ code: 3, stderr: expect.stringContaining('prod has no earlier release') })
    await github.merge(1)
    const fetched = vi.spyOn(globalThis, 'fetch')
    const ran = await promote(['rollback', 'prod', '--json'])
    expect(githubRequests(fetched)).toBeLessThanOrEqual(12)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    const { details } = resultSchema.parse(JSON.parse(ran.stdout)) as ResultOf<'rollback'>
    expect(details).toMatchObject({
      to: { commit: first.commit },
      pullRequest: { number: 2, change: 'opened' },
    })
    const branch = 'origin/rollback/appname/prod'
    expect(await github.git('diff', '--name-only', `origin/main...${branch}`)).toBe(releaseFile('prod'))
    expect(await committedFile(releaseFile('prod'), branch)).toContain(first.digests.web)
    const again = await promote(['rollback', 'prod', '--json'])
    expect(JSON.parse(again.stdout).details.pullRequest).toMatchObject({ number: 2, change: 'unchanged' })
    expect((await promote(['status'])).stdout).toMatch(/^prod .* #2 /m)
  })
})

describe('what it refuses, and how it says so', () => {
  test('an image that the registry does not have is not released', async () => {
    const { commit, args } = await build('Never pushed')
    const missing = `web=${registryHost}/appname-web:sha-${commit}@sha256:${'a'.repeat(64)}`
    const ran = await promote([...args.slice(0, 4), missing])
    expect(ran).toEqual({
      code: 3,
      stdout: '',
      stderr: `✗ appname-web: ${registryHost}/appname-web has no sha256:${'a'.repeat(64)}
  → Push the images first, and bump the digests that the push printed.
`,
    })
  })

  test('half of a release is not released', async () => {
    const { args } = await build('Only the api')
    const ran = await promote(args.slice(0, 3))
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('image appname-web is in only one of the release and the file')
  })

  test('a step that promotion.yaml does not have', async () => {
    const ran = await promoteProcess(['dev', 'prod'])
    expect(ran.code).toBe(3)
    expect(ran.stderr).toBe('✗ promotion.yaml has no step from dev to prod\n  → The steps are: stage prod.\n')
  })

  test.each([
    [['stage'], "error: 'stage' is neither a command nor followed by a second environment"],
    [['stage', '../prod'], 'is not the name of an environment'],
    [['stage', 'moon'], 'promotion.yaml has no environment "moon"\n  → Choose from: dev, stage, prod.'],
    [['wait', 'prod', '--timeout', 'soon'], 'write it as 90s, 15m or 1h'],
    [['wait', 'prod'], 'there is no kubeconfig'],
    [['rollback', 'prod', '--to', 'v1'], '"v1" is not a release\'s commit'],
    [['hold', 'prod'], "required option '--reason <text>' not specified"],
    [['history', 'prod', '--limit', '100'], 'write a number from 1 to 99'],
    [['bump', '--image', 'api=nothing'], 'is not <component>=<repository>[:<tag>]@<digest>'],
    [['bump'], "required option '--image <component=reference@digest>' not specified"],
    [['status', '--nonsense'], "unknown option '--nonsense'"],
  ])('wrong use: %j', async (args, words) => {
    const ran = await promote(args)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toContain(words)
    expect(ran.code).toBe(2)
  })

  test('an error is JSON too when JSON was asked for', async () => {
    const ran = await promote(['dev', 'prod', '--json'])
    expect(ran).toMatchObject({ code: 3, stderr: '' })
    expect(errorSchema.parse(JSON.parse(ran.stdout))).toMatchObject({
      outcome: 'refused',
      error: { code: 'step-not-allowed' },
    })
  })

  test('every missing variable is named at once', async () => {
    const ran = await promote(['status'], { GITHUB_TOKEN: '', GITHUB_REPOSITORY: '' })
    expect(ran.code).toBe(2)
    expect(ran.stderr).toMatch(/GITHUB_TOKEN is missing.*GITHUB_REPOSITORY is missing/)
  })
})
