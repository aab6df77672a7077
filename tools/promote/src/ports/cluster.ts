import type { Observation } from '../core/observation.ts'

/** Names of one environment's Application and namespace on its cluster. */
export type EnvironmentPlace = { application: string; namespace: string }

/** A cluster, looked at and never touched. */
export interface Cluster {
  /**
   * What stands in the environment now.
   * @throws PromoteError cluster-unreachable, cluster-forbidden
   */
  observe(place: EnvironmentPlace): Promise<Observation>
}
