import { setTimeout as delay } from 'node:timers/promises'
import { type KubernetesObject, kubectl, list } from '../src/cluster/kubectl.ts'

type Rollout = KubernetesObject<unknown, { canary?: { weights?: { canary?: { weight?: number } } } }>

/** A weight of the canary, and when it began, milliseconds since 1970. */
export interface WeightChange {
  readonly at: number
  readonly weight: number
}

/** Notes the canary's weight in a namespace as it changes, until stopped. */
export function watchWeights(namespace: string): { stop(): Promise<readonly WeightChange[]> } {
  const changes: WeightChange[] = []
  let stopped = false
  const loop = (async () => {
    while (!stopped) {
      const [rollout] = await list<Rollout>('rollouts.argoproj.io', namespace).catch(() => [])
      const weight = rollout?.status?.canary?.weights?.canary?.weight ?? 0
      if (changes.at(-1)?.weight !== weight) changes.push({ at: Date.now(), weight })
      await delay(400)
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await loop
      return changes
    },
  }
}

/** Runs SQL in an environment's database and returns its rows as text. */
export async function sql(database: string, statement: string): Promise<string> {
  return kubectl([
    ...['exec', '--namespace', 'stand-ins', 'deploy/postgres', '--'],
    ...['psql', '-h', '/tmp', '-U', 'postgres', '-d', database, '-At', '-c', statement],
  ])
}

/** Pods of a namespace with the image they run, sorted: what would change if somebody touched a release. */
export async function podIdentities(namespace: string): Promise<string[]> {
  type Pod = KubernetesObject<{ containers: { image: string }[] }> & { metadata: { uid: string } }
  const pods = await list<Pod>('pods', namespace)
  return pods
    .map(({ metadata, spec }) => `${metadata.name} ${metadata.uid} ${spec?.containers[0]?.image}`)
    .sort()
}
