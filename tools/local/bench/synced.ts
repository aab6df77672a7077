import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { kubectl } from '../src/cluster/kubectl.ts'
import { gitDir } from '../src/cluster/repository.ts'

/** The Application that is watched, and a file that its kustomization reads. */
const application = 'appname-dev-namespace'
const file = 'workloads/appname/envs/dev/namespace/kustomization.yaml'

async function syncedRevision(): Promise<string> {
  const path = '{.status.sync.status} {.status.sync.revision}'
  const state = await kubectl(['get', 'application', '-n', 'argocd', application, '-o', `jsonpath=${path}`])
  return state.startsWith('Synced ') ? state.slice('Synced '.length) : ''
}

/**
 * Pushes one commit to main and waits until Argo CD is Synced at it.
 * @param remote where to push: the local GitHub, which sends a webhook, or its bare repository, which sends none
 * @returns seconds from the end of the push
 */
async function secondsUntilSynced(remote: string, timeoutSeconds: number): Promise<number> {
  const clone = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    await execa('git', ['clone', '--quiet', gitDir, clone])
    await appendFile(join(clone, file), `# ${Date.now()}\n`)
    const git = (...args: string[]) => execa('git', ['-C', clone, ...args])
    await git(
      '-c',
      'user.name=bench',
      '-c',
      'user.email=bench@appname.example',
      'commit',
      '-qam',
      'Touch a comment',
    )
    await git('push', '--quiet', remote, 'HEAD:main')
    const pushed = performance.now()
    const { stdout: commit } = await git('rev-parse', 'HEAD')
    while ((await syncedRevision()) !== commit) {
      if (performance.now() - pushed > timeoutSeconds * 1000) return Number.POSITIVE_INFINITY
      await delay(50)
    }
    return (performance.now() - pushed) / 1000
  } finally {
    await rm(clone, { recursive: true, force: true })
  }
}

/** Seconds from push to Synced, by how Argo CD learns of the push. */
export async function measureSync(github: string): Promise<Record<'webhook' | 'polling', number[]>> {
  const webhook: number[] = []
  const polling: number[] = []
  for (let round = 0; round < 5; round += 1) webhook.push(await secondsUntilSynced(github, 60))
  for (let round = 0; round < 2; round += 1) polling.push(await secondsUntilSynced(gitDir, 420))
  return { webhook, polling }
}
