import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { checkout } from '../paths.ts'
import { type KubernetesObject, list } from './kubectl.ts'

type Application = KubernetesObject<
  { destination: { namespace: string } },
  {
    sync?: { status?: string; revision?: string }
    health?: { status?: string; message?: string }
    operationState?: { phase?: string; message?: string }
    conditions?: readonly { type: string; message: string }[]
  }
>

type Pod = KubernetesObject<
  unknown,
  {
    phase?: string
    conditions?: readonly { type: string; status: string; message?: string }[]
    containerStatuses?: readonly {
      name: string
      state?: { waiting?: { reason?: string; message?: string } }
    }[]
  }
>

/** The Applications that `clusters/local` gives this cluster, the root included. */
export async function expectedApplications(): Promise<string[]> {
  const names = async (folder: string) =>
    (await readdir(join(checkout, 'clusters/local', folder)))
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => file.replace(/\.yaml$/, ''))
  const environments = await names('workloads')
  return [
    'cluster',
    ...(await names('platform')),
    ...environments.flatMap((name) => [`${name}-namespace`, name]),
  ]
}

function settled(application: Application): boolean {
  const { status } = application
  return (
    status?.sync?.status === 'Synced' &&
    status.health?.status === 'Healthy' &&
    status.operationState?.phase !== 'Running'
  )
}

function describe(application: Application): string {
  const { sync, health, operationState, conditions } = application.status ?? {}
  const state = `${sync?.status ?? 'not compared yet'}, ${health?.status ?? 'health unknown'}`
  const why = [
    operationState?.phase === 'Succeeded' ? undefined : operationState?.message,
    conditions?.[0]?.message,
  ]
  return [
    `${application.metadata.name}: ${state}`,
    ...why.filter(Boolean).map((text) => String(text).slice(0, 300)),
  ].join('; ')
}

/** The Pods of a namespace that are not ready, each with its reason. */
async function blockedPods(namespace: string): Promise<string[]> {
  const pods = await list<Pod>('pods', namespace)
  return pods
    .filter(({ status }) => status?.phase !== 'Succeeded')
    .filter(
      ({ status }) => !status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    )
    .map(({ metadata, status }) => {
      const waiting = status?.containerStatuses?.find((container) => container.state?.waiting)?.state?.waiting
      const scheduling = status?.conditions?.find((condition) => condition.status === 'False')?.message
      return `Pod ${namespace}/${metadata.name}: ${waiting?.reason ?? status?.phase} ${waiting?.message ?? scheduling ?? ''}`.trim()
    })
}

async function blockers(pending: readonly Application[], missing: readonly string[]): Promise<string[]> {
  const namespaces = new Set(
    pending.map((application) => application.spec?.destination.namespace).filter(Boolean),
  )
  const pods = await Promise.all([...namespaces].map((namespace) => blockedPods(String(namespace))))
  return [
    ...missing.map((name) => `Application ${name} is not there yet`),
    ...pending.map(describe),
    ...pods.flat(),
  ]
}

/**
 * Waits until every expected Application is Synced and Healthy.
 * @param say told what settled, as it happens
 * @throws Failure naming the Applications and Pods that block, after `timeout` milliseconds
 */
export async function waitForApplications(timeout: number, say: (line: string) => void): Promise<void> {
  const expected = await expectedApplications()
  const done = new Set<string>()
  const deadline = Date.now() + timeout
  for (;;) {
    const all = await list<Application>('applications.argoproj.io', 'argocd')
    const byName = new Map(all.map((application) => [application.metadata.name, application]))
    for (const name of expected) {
      const application = byName.get(name)
      const isDone = application !== undefined && settled(application)
      if (isDone && !done.has(name))
        say(`${name} is Synced and Healthy (${done.size + 1}/${expected.length})`)
      if (isDone) done.add(name)
      else done.delete(name)
    }
    if (done.size === expected.length) return
    if (Date.now() > deadline) {
      const pending = all.filter((application) => !done.has(application.metadata.name))
      const missing = expected.filter((name) => !byName.has(name))
      throw new Failure(
        `the cluster did not settle in ${Math.round(timeout / 1000)} s:\n  ${(await blockers(pending, missing)).join('\n  ')}`,
        'look closer with: npm run local -- kubectl get applications,pods -A',
      )
    }
    await delay(1_000)
  }
}

/** One line per Application, aligned: name, sync, health, and why where it is not well. */
export async function applicationStates(): Promise<string[]> {
  const all = await list<Application>('applications.argoproj.io', 'argocd')
  return all.map((application) => `${settled(application) ? '✓' : '…'} ${describe(application)}`)
}
