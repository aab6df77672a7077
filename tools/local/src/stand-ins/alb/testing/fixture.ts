import type { Agent } from 'node:http'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import type { Balancer } from '../balancer.ts'
import { type Answer, ask, balancerOf, startBalancer, startTarget, type TestTarget } from './harness.ts'

/** The host of most tests. */
export const HOST = 'api.appname.example'

/** One real HAProxy for the tests of a file; each starts without rules and targets. */
export interface Fixture {
  readonly balancer: Balancer
  readonly http: number
  readonly https: number
  readonly certificate: string
  target(...started: Parameters<typeof startTarget>): Promise<TestTarget>
  /** Sends requests one after the other and counts them by the target that answered, or by status where none did. */
  count(requests: number, agent?: Agent): Promise<Record<string, number>>
  ask(host?: string, path?: string): Promise<Answer>
}

export function useBalancer(): Fixture {
  // A reload starts a process, which takes its time on a busy machine.
  vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })
  let running: Awaited<ReturnType<typeof startBalancer>>
  let targets: TestTarget[] = []
  beforeAll(async () => {
    running = await startBalancer()
  })
  afterAll(() => running.stop())
  afterEach(async () => {
    await running.balancer.apply(balancerOf([]))
    await Promise.all(targets.map((target) => target.close()))
    targets = []
  })
  return {
    get balancer() {
      return running.balancer
    },
    get http() {
      return running.http
    },
    get https() {
      return running.https
    },
    get certificate() {
      return running.certificate
    },
    async target(...started) {
      const target = await startTarget(...started)
      targets.push(target)
      return target
    },
    async count(requests, agent) {
      const counts: Record<string, number> = {}
      for (let n = 0; n < requests; n += 1) {
        const answer = await ask(running.http, HOST, '/', agent ? { agent } : {})
        const key = answer.target ?? String(answer.status)
        counts[key] = (counts[key] ?? 0) + 1
      }
      return counts
    },
    ask: (host = HOST, path = '/') => ask(running.http, host, path),
  }
}
