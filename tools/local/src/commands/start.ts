import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { type RunningCluster, requireCluster } from '../cluster/lifecycle.ts'
import { gitDir, mainCommit, repository } from '../cluster/repository.ts'
import { applyChange, type Change, changes } from '../demo/changes.ts'
import { buildProduct } from '../images/product.ts'
import { say } from '../progress.ts'
import { promoteOrFail } from '../promote.ts'
import { up } from './up.ts'

/** Where a promotion is reviewed and merged. */
export interface PullRequest {
  readonly number: number
  readonly url: string
}

/** The trailer by which a change of this program is recognised in git's history. */
const trailer = 'Demo-Change'

/** Whether `main` of the local GitHub already has a change of this program. */
async function alreadyPushed(change: Change): Promise<boolean> {
  const { stdout } = await execa('git', [
    '--git-dir',
    gitDir,
    'log',
    '--format=%H',
    `--grep=^${trailer}: ${change.name}$`,
    'main',
  ])
  return stdout !== ''
}

/**
 * Commits a change to the product and pushes it to the local GitHub's main, as a developer would.
 * @returns the new commit
 */
export async function pushChange(cluster: RunningCluster, change: Change): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), 'developer-'))
  const git = (...args: string[]) => execa('git', ['-C', clone, ...args])
  try {
    await execa('git', [
      'clone',
      '--quiet',
      '--depth=1',
      `http://127.0.0.1:${cluster.ports.github}/${repository}.git`,
      clone,
    ])
    await applyChange(clone, change)
    await git('add', '--all')
    const identity = ['-c', 'user.name=A developer', '-c', 'user.email=developer@appname.example']
    await git(...identity, 'commit', '--quiet', '-m', change.subject, '-m', `${trailer}: ${change.name}`)
    await git('push', '--quiet', 'origin', 'HEAD:main')
    return (await git('rev-parse', 'HEAD')).stdout
  } finally {
    await rm(clone, { recursive: true, force: true })
  }
}

/** Plays CI for the newest commit of the local GitHub's main. */
export async function buildMain(): Promise<void> {
  await build(await requireCluster(), await mainCommit())
}

/** Does what CI does after a push to main: builds the images and bumps the environments that follow main. */
export async function build(cluster: RunningCluster, commit: string): Promise<void> {
  const images = await buildProduct(commit, say)
  const flags = Object.entries(images).flatMap(([component, image]) => ['--image', `${component}=${image}`])
  await promoteOrFail(cluster.ports, ['bump', '--yes', ...flags], [0, 5])
}

/** Ships a change into the environments that follow main, and waits until stage runs it. */
export async function ship(cluster: RunningCluster, change: Change): Promise<string> {
  const commit = await pushChange(cluster, change)
  say(`pushed ${commit.slice(0, 12)}: ${change.subject}`)
  await build(cluster, commit)
  say('waiting for stage to run it')
  await promoteOrFail(cluster.ports, ['wait', 'stage', '--timeout', '10m'])
  return commit
}

/** The pull request that a run of `promote <from> <to> --json` opened or found. */
export async function openPromotion(cluster: RunningCluster): Promise<PullRequest | undefined> {
  const run = await promoteOrFail(cluster.ports, ['stage', 'prod', '--yes', '--json'], [0, 5, 6])
  const result = JSON.parse(run.stdout) as { details?: { pullRequest: PullRequest | null } }
  return result.details?.pullRequest ?? undefined
}

/** `npm start`: the cluster, one new build in stage, and the pull request that promotes it. */
export async function start(timeout: number): Promise<void> {
  const { cluster } = await up(timeout)
  const first = changes.notes
  if (!(await alreadyPushed(first))) await ship(cluster, first)
  else say('stage already has the new build')
  const pullRequest = await openPromotion(cluster)
  console.log(summary(cluster, pullRequest))
}

function summary(cluster: RunningCluster, pullRequest: PullRequest | undefined): string {
  const github = `http://127.0.0.1:${cluster.ports.github}/${repository}`
  const next = pullRequest
    ? ['', `Promote to prod: merge ${pullRequest.url}`, 'then watch it with:  npm run promote -- wait prod']
    : [
        '',
        'prod runs what stage runs. Ship something new: push to the local GitHub, then: npm run local -- build',
      ]
  return [
    'The local cluster runs dev, stage and prod.',
    `  GitHub     ${github}   (git remote: git remote add local ${github}.git)`,
    `  kubectl    npm run local -- kubectl get pods -A`,
    `  Argo CD    npm run local -- status`,
    ...next,
  ].join('\n')
}
