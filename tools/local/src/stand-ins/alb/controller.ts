import type { Balancer } from './balancer.ts'
import { buildLoadBalancer, isOurs } from './core/build.ts'
import type { Cluster } from './kubernetes/cluster.ts'

/** Changes that arrive within this time are applied together. */
const SETTLE_MILLISECONDS = 20
const RETRY_MILLISECONDS = 2000

/** Applies the cluster's state to the balancer whenever it changes, one at a time, the newest always last. */
export class Controller {
  readonly #cluster: Cluster
  readonly #balancer: Balancer
  readonly #log: (line: string) => void
  #timer: NodeJS.Timeout | undefined
  #running = false
  #applied = false
  #problems = ''

  constructor(cluster: Cluster, balancer: Balancer, log: (line: string) => void) {
    this.#cluster = cluster
    this.#balancer = balancer
    this.#log = log
  }

  /** True once the cluster's rules have been in force. */
  get isReady(): boolean {
    return this.#applied
  }

  async start(): Promise<void> {
    await this.#cluster.follow(() => this.#schedule(SETTLE_MILLISECONDS))
    this.#applied = await this.#reconcile()
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#reconcile(), milliseconds)
  }

  async #reconcile(): Promise<boolean> {
    if (this.#running) {
      this.#schedule(SETTLE_MILLISECONDS)
      return false
    }
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
      return true
    } catch (error) {
      this.#log(`cannot apply the cluster's state, trying again: ${(error as Error).message}`)
      this.#schedule(RETRY_MILLISECONDS)
      return false
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
