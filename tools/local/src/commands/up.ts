import { setTimeout as delay } from 'node:timers/promises'
import { bootstrapPlatform, handedOver, handOver } from '../cluster/bootstrap.ts'
import { kubectl } from '../cluster/kubectl.ts'
import { type RunningCluster, removeRemains, runningCluster, startCluster } from '../cluster/lifecycle.ts'
import { mainCommit, seedRepositories } from '../cluster/repository.ts'
import { waitForApplications } from '../cluster/wait.ts'
import { Failure } from '../failure.ts'
import { ensureImages } from '../images/ensure.ts'
import { buildProduct } from '../images/product.ts'
import { logFile } from '../paths.ts'
import { Phases, say } from '../progress.ts'
import { promoteOrFail, writeServicesFile } from '../promote.ts'
import { ensureSystemPackages, requireRoot } from '../system.ts'
import { ensureToolchain } from '../toolchain/build.ts'

/** Waits until `probe` succeeds. @throws Failure naming what was waited for, and the log to read */
async function eventually(
  what: string,
  log: string,
  seconds: number,
  probe: () => Promise<unknown>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    try {
      await probe()
      return
    } catch (error) {
      if (Date.now() > deadline) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new Failure(`${what} did not answer in ${seconds} s: ${reason}`, `read ${logFile(log)}`)
      }
    }
    await delay(200)
  }
}

async function waitForControlPlane(cluster: RunningCluster): Promise<void> {
  await eventually('the Kubernetes API', 'kube-apiserver', 60, () => kubectl(['get', '--raw', '/readyz']))
  await eventually('the local GitHub', 'github', 30, async () => {
    await fetch(`http://127.0.0.1:${cluster.ports.github}/api/v3/rate_limit`)
  })
  await eventually('the node', 'kubelet', 60, () =>
    kubectl(['wait', '--for=condition=Ready', 'node/local', '--timeout=1s']),
  )
}

/** Writes the first release of every environment, as CI would after the first build. */
async function firstRelease(cluster: RunningCluster): Promise<void> {
  const { stdout } = await promoteOrFail(cluster.ports, ['status', '--json'])
  const { details } = JSON.parse(stdout) as { details: { environments: { release: object | null }[] } }
  if (details.environments.every(({ release }) => release !== null)) return
  const images = await buildProduct(await mainCommit(), say)
  const flags = Object.entries(images).flatMap(([component, image]) => ['--image', `${component}=${image}`])
  await promoteOrFail(cluster.ports, ['bump', '--yes', ...flags, '--bootstrap', 'prod'], [0, 5])
}

/**
 * Brings the local cluster up, or does what is missing of it. Safe to run again at any time.
 * @param timeout milliseconds that the Applications may take to settle
 */
export async function up(timeout: number): Promise<{ cluster: RunningCluster; phases: Phases }> {
  requireRoot()
  const phases = new Phases()
  await phases.run('packages', () => ensureSystemPackages(say))
  await phases.run('toolchain', () => ensureToolchain(say))
  await phases.run('images', () => ensureImages(say))
  let cluster = await runningCluster()
  if (!cluster) {
    await phases.run('repositories', async () => {
      await removeRemains()
      await seedRepositories()
    })
    await phases.run('product images', async () => buildProduct(await mainCommit(), say))
    say('starting the cluster')
    cluster = await startCluster()
  }
  const running = cluster
  await writeServicesFile(running.ports)
  await phases.run('control plane', () => waitForControlPlane(running))
  if (!(await handedOver())) {
    // A young API server refuses some requests while it still collects what it serves.
    await phases.run('bootstrap', () =>
      eventually('what Argo CD needs', 'kube-apiserver', 120, bootstrapPlatform),
    )
    await phases.run('first release', () => firstRelease(running))
    await phases.run('hand over', handOver)
  }
  say('waiting for Argo CD to bring up the platform and the environments')
  await phases.run('applications', () => waitForApplications(timeout, say))
  return { cluster: running, phases }
}
