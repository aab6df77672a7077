import type { Observation } from '../core/observation.ts'
import type { Cluster, EnvironmentPlace } from './cluster.ts'

/** A cluster that answers with the observations it was given, one after the other, and stays at the last; for tests. */
export class MemoryCluster implements Cluster {
  private readonly films: Map<string, Observation[]>

  constructor(films: Record<string, Observation[]>) {
    this.films = new Map(Object.entries(films))
  }

  async observe({ application }: EnvironmentPlace): Promise<Observation> {
    const film = this.films.get(application) ?? []
    const [now] = film
    if (film.length > 1) film.shift()
    return now ?? { application: null, rollouts: [], deployments: [], pods: [], jobs: [], analysisRuns: [] }
  }
}
