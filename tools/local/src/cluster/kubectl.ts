import { execa } from 'execa'
import { Failure } from '../failure.ts'
import { kubeconfig } from '../paths.ts'
import { binary } from '../toolchain/build.ts'

/**
 * Runs kubectl against the local cluster.
 * @returns what it printed on stdout
 * @throws Failure with kubectl's own words
 */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const done = await execa(binary('kubectl'), ['--kubeconfig', kubeconfig, ...args], {
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  })
  if (done.failed)
    throw new Failure(`kubectl ${args.slice(0, 3).join(' ')}: ${done.stderr || done.shortMessage}`)
  return done.stdout
}

/** Applies objects server-side, taking over fields that somebody else set. */
export async function apply(objects: readonly object[] | string): Promise<void> {
  const manifest =
    typeof objects === 'string' ? objects : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  await kubectl(
    ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-'],
    manifest,
  )
}

/** The parts of any Kubernetes object that this program reads. */
export interface KubernetesObject<Spec = unknown, Status = unknown> {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: Spec
  readonly status?: Status
}

/** Lists objects of a kind. @param where namespace, or all of them when undefined */
export async function list<T extends KubernetesObject>(
  kind: string,
  where?: string,
  selector?: string,
): Promise<T[]> {
  const scope = where ? ['--namespace', where] : ['--all-namespaces']
  const filter = selector ? ['--selector', selector] : []
  return (JSON.parse(await kubectl(['get', kind, ...scope, ...filter, '--output', 'json'])) as { items: T[] })
    .items
}
