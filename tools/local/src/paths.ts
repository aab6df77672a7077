import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The checkout this file belongs to. */
export const checkout = resolve(import.meta.dirname, '../../..')

/** What outlives a cluster: built programs, image layers, the local certificate authority. Shared by all checkouts. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'appname')

/** Programs of the toolchain, by name. */
export const bin = join(cache, 'bin')

/** What one checkout's running cluster keeps; `down` removes it. */
export const state = join(checkout, '.local')

/** Tells this checkout's cluster from another's where a name is machine-wide (cgroups). */
export const clusterId = `appname-${createHash('sha256').update(checkout).digest('hex').slice(0, 8)}`

/** The kubeconfig for people and tools outside the cluster's namespaces. */
export const kubeconfig = join(state, 'kubeconfig')

/** Where a log of `name` is written while the cluster runs. */
export function logFile(name: string): string {
  return join(state, 'logs', `${name}.log`)
}
