import { Mutex } from 'async-mutex'
import type { LoadBalancer } from './core/model.ts'
import { plan, type Step } from './core/plan.ts'
import { type Rendered, type RenderOptions, render } from './core/render.ts'
import { HaproxyProcess } from './haproxy/process.ts'

interface Draining {
  readonly group: string
  readonly server: string
  /** Milliseconds since the epoch; then what is left is closed. */
  readonly deadline: number
}

const SWEEP_MILLISECONDS = 500
const NOTHING: LoadBalancer = { rules: [], targetGroups: [], problems: [] }

/** Keeps one HAProxy doing what the model says. */
export class Balancer {
  readonly haproxy: HaproxyProcess
  /** How often HAProxy was reloaded, and changed without a reload. */
  readonly counts = { reloads: 0, updates: 0 }
  readonly #options: RenderOptions
  readonly #mutex = new Mutex()
  readonly #draining = new Map<string, Draining>()
  readonly #log: (line: string) => void
  #model: LoadBalancer = NOTHING
  #rendered: Rendered
  #sweeper: NodeJS.Timeout | undefined

  /** `output`: what HAProxy itself prints is shown (`inherit`) or not. */
  constructor(options: RenderOptions, log: (line: string) => void, output: 'inherit' | 'ignore' = 'inherit') {
    this.#options = options
    this.#log = log
    this.haproxy = new HaproxyProcess(options.directory, output)
    this.#rendered = render(NOTHING, options)
  }

  get model(): LoadBalancer {
    return this.#model
  }

  get draining(): readonly Draining[] {
    return [...this.#draining.values()]
  }

  /** Starts with no rules (every request gets 404). `onExit` is told when HAProxy ends. */
  async start(onExit: (code: number | null) => void): Promise<void> {
    await this.haproxy.start(this.#rendered, onExit)
    const sweep = (): Promise<void> => this.#mutex.runExclusive(() => this.#sweep())
    this.#sweeper = setInterval(
      () =>
        void sweep().catch((error: Error) => this.#log(`cannot look at draining targets: ${error.message}`)),
      SWEEP_MILLISECONDS,
    )
  }

  async stop(graceMilliseconds: number): Promise<void> {
    clearInterval(this.#sweeper)
    await this.haproxy.stop(graceMilliseconds)
  }

  /** Makes HAProxy serve this model. Returns when it does. Throws, and goes on serving the last one, when it cannot. */
  apply(model: LoadBalancer): Promise<void> {
    return this.#mutex.runExclusive(() => this.#apply(model))
  }

  async #apply(model: LoadBalancer): Promise<void> {
    const wanted = render(model, this.#options)
    const next = plan(this.#rendered, wanted, new Set(this.#draining.keys()))
    if (next.kind === 'reload') await this.#reload(wanted)
    if (next.kind === 'update') await this.#update(next.steps, wanted, model)
    this.#rendered = wanted
    this.#model = model
  }

  async #reload(wanted: Rendered): Promise<void> {
    await this.haproxy.reload(wanted)
    // What was draining goes on in the old worker, which ends by itself (hard-stop-after).
    this.#draining.clear()
    this.counts.reloads += 1
    this.#log(`reloaded HAProxy: ${wanted.servers.size} target groups`)
  }

  async #update(steps: readonly Step[], wanted: Rendered, model: LoadBalancer): Promise<void> {
    try {
      for (const step of steps) await this.#perform(step, model)
    } catch (error) {
      this.#log(`cannot change HAProxy in place, reloading: ${(error as Error).message}`)
      return this.#reload(wanted)
    }
    await this.haproxy.write(wanted)
    this.counts.updates += 1
    this.#log(`changed HAProxy: ${steps.map(describe).join(', ')}`)
  }

  async #perform(step: Step, model: LoadBalancer): Promise<void> {
    const { runtime } = this.haproxy
    if (step.kind === 'weights') return runtime.replaceMap(step.map, step.content)
    const key = `${step.group}/${step.server}`
    if (step.kind === 'add') return runtime.addServer(step.group, step.server, step.options)
    if (step.kind === 'resume') {
      this.#draining.delete(key)
      return runtime.setState(step.group, step.server, 'ready')
    }
    const seconds = model.targetGroups.find(({ id }) => id === step.group)?.deregistrationDelaySeconds ?? 0
    this.#draining.set(key, { group: step.group, server: step.server, deadline: Date.now() + seconds * 1000 })
    return runtime.setState(step.group, step.server, 'drain')
  }

  /** Deregistration is over when the last connection has ended, or the delay has. */
  async #sweep(): Promise<void> {
    if (this.#draining.size === 0) return
    const statistics = await this.haproxy.runtime.statistics()
    for (const [key, { group, server, deadline }] of this.#draining) {
      const busy = statistics.some(
        (row) =>
          [group, `${group}.open`].includes(row.pxname ?? '') &&
          row.svname === server &&
          Number(row.scur) > 0,
      )
      if (busy && Date.now() < deadline) continue
      // HAProxy refuses while idle connections close; the next round tries again.
      const removed = await this.haproxy.runtime.removeServer(group, server).then(
        () => true,
        () => false,
      )
      if (removed) this.#draining.delete(key)
    }
  }
}

function describe(step: Step): string {
  return step.kind === 'weights' ? 'weights' : `${step.kind} ${step.group}/${step.server}`
}
