import type { V1Ingress } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { Controller, type FollowedCluster } from './controller.ts'
import type { LoadBalancer } from './core/model.ts'

class FakeCluster implements FollowedCluster {
  readonly published: string[] = []
  readonly listed = Promise.withResolvers<void>()
  ingresses: V1Ingress[] = [ingress('appname')]
  change: () => void = () => {}

  follow(onChange: () => void): Promise<void> {
    this.change = onChange
    return this.listed.promise
  }

  snapshot() {
    return { ingresses: this.ingresses, services: [], endpointSlices: [] }
  }

  async publishHostname({ metadata }: V1Ingress, hostname: string): Promise<void> {
    this.published.push(hostname)
    this.ingresses = this.ingresses.map((each) =>
      each.metadata?.name === metadata?.name
        ? { ...each, status: { loadBalancer: { ingress: [{ hostname }] } } }
        : each,
    )
    this.change()
  }
}

function ingress(name: string): V1Ingress {
  const backend = { service: { name: 'web', port: { number: 3000 } } }
  const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] }
  return {
    metadata: { name, namespace: 'appname-dev' },
    spec: { ingressClassName: 'alb', rules: [{ host: name, http }] },
  }
}

function start(apply: (model: LoadBalancer) => Promise<void>) {
  const cluster = new FakeCluster()
  const log: string[] = []
  const controller = new Controller(cluster, { apply }, (line) => log.push(line))
  return { cluster, log, controller, started: controller.start() }
}

test('applies nothing, and is not ready, until everything has been listed', async () => {
  const models: LoadBalancer[] = []
  const { cluster, controller, started } = start(async (model) => void models.push(model))
  cluster.change()
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect([models.length, controller.isReady]).toEqual([0, false])
  cluster.listed.resolve()
  await started
  await expect.poll(() => controller.isReady).toBe(true)
  expect(models.length).toBeGreaterThan(0)
})

test("writes an Ingress's hostname once", async () => {
  const { cluster } = start(async () => {})
  cluster.listed.resolve()
  await expect.poll(() => cluster.published).toEqual(['appname.appname-dev.elb.appname.example'])
  cluster.change()
  cluster.ingresses = [...cluster.ingresses, ingress('second')]
  await expect.poll(() => cluster.published.length).toBe(2)
  expect(cluster.published[1]).toBe('second.appname-dev.elb.appname.example')
})

test('a change during an apply is applied after it, and a failed apply is tried again', async () => {
  const hosts: number[] = []
  let failures = 1
  const { cluster, log } = start(async (model) => {
    if (failures-- > 0) throw new Error('HAProxy refuses')
    await new Promise((resolve) => setTimeout(resolve, 50))
    hosts.push(model.rules.length)
  })
  cluster.listed.resolve()
  await expect.poll(() => log.join()).toContain('HAProxy refuses')
  await expect.poll(() => hosts.at(-1), { timeout: 5000 }).toBe(1)
  cluster.change()
  await new Promise((resolve) => setTimeout(resolve, 30))
  cluster.ingresses = [...cluster.ingresses, ingress('second')]
  cluster.change()
  await expect.poll(() => hosts.at(-1)).toBe(2)
})
