import type { V1Ingress } from '@kubernetes/client-node'
import { buildLoadBalancer, isOurs, type Snapshot } from './core/build.ts'
import type { LoadBalancer } from './core/model.ts'

/** The cluster, as far as the controller knows it. */
export interface FollowedCluster {
  /** Calls `onChange` for every change from now on; resolves when everything has been listed once. */
  follow(onChange: () => void): Promise<void>
  snapshot(): Snapshot
  publishHostname(ingress: V1Ingress, hostname: string): Promise<void>
}

/** What puts a model into force. Rejects, and goes on with the last one, when it cannot. */
export interface AppliesModels {
  apply(model: LoadBalancer): Promise<void>
}

/** Changes that arrive within this time are applied together. */
const SETTLE_MILLISECONDS = 20
const RETRY_MILLISECONDS = 2000

/** Applies the cluster's state to the balancer whenever it changes, one at a time, the newest always last. */
export class Controller {
  readonly #cluster: FollowedCluster
  readonly #balancer: AppliesModels
  readonly #log: (line: string) => void
  #timer: NodeJS.Timeout | undefined
  #following = false
  #running = false
  #ready = false
  #problems = ''

  constructor(cluster: FollowedCluster, balancer: AppliesModels, log: (line: string) => void) {
    this.#cluster = cluster
    this.#balancer = balancer
    this.#log = log
  }

  /** True once the cluster's rules have been in force. */
  get isReady(): boolean {
    return this.#ready
  }

  async start(): Promise<void> {
    await this.#cluster.follow(() => this.#schedule(SETTLE_MILLISECONDS))
    this.#following = true
    this.#schedule(0)
  }

  #schedule(milliseconds: number): void {
    // Half a list would look like deleted Services.
    if (!this.#following) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#reconcile(), milliseconds)
  }

  async #reconcile(): Promise<void> {
    if (this.#running) return this.#schedule(SETTLE_MILLISECONDS)
    this.#running = true
    try {
      const snapshot = this.#cluster.snapshot()
      const model = buildLoadBalancer(snapshot)
      this.#report(model.problems.map(({ ingress, message }) => `${ingress}: ${message}`).join('; '))
      await this.#balancer.apply(model)
      for (const ingress of snapshot.ingresses.filter(isOurs)) {
        const hostname = hostnameOf(ingress.metadata?.namespace ?? '', ingress.metadata?.name ?? '')
        if (ingress.status?.loadBalancer?.ingress?.[0]?.hostname === hostname) continue
        await this.#cluster.publishHostname(ingress, hostname)
      }
      this.#ready = true
    } catch (error) {
      this.#log(`cannot apply the cluster's state, trying again: ${(error as Error).message}`)
      this.#schedule(RETRY_MILLISECONDS)
    } finally {
      this.#running = false
    }
  }

  #report(problems: string): void {
    if (problems !== this.#problems && problems !== '') this.#log(`answering 503: ${problems}`)
    this.#problems = problems
  }
}

/** The load balancer's name, covered by the cluster's DNS for `*.appname.example`. */
export function hostnameOf(namespace: string, ingress: string): string {
  return `${ingress}.${namespace}.elb.appname.example`
}
