import { createHash } from 'node:crypto'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readState } from './admin.ts'
import { HOST, useBalancer } from './testing/fixture.ts'
import { ask, balancerOf, forward, group, rule, type TestTarget } from './testing/harness.ts'

const fixture = useBalancer()

describe('weights', () => {
  test('are exact, whatever the number of targets in each group', async () => {
    const stable = await Promise.all(['stable-1', 'stable-2', 'stable-3'].map((name) => fixture.target(name)))
    const canary = await fixture.target('canary')
    const groups = [group('stable', stable), group('canary', [canary])]
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ canary: 10, stable: 90 }))], ...groups))
    const counts = await fixture.count(200)
    expect(counts.canary).toBe(20)
    expect(counts).toEqual({ canary: 20, 'stable-1': 60, 'stable-2': 60, 'stable-3': 60 })
  })

  test('change without a reload, and hold for one kept-alive connection as well', async () => {
    const groups = [
      group('stable', [await fixture.target('stable')]),
      group('canary', [await fixture.target('canary')]),
    ]
    const withWeights = (canary: number) =>
      fixture.balancer.apply(balancerOf([rule(HOST, forward({ canary, stable: 100 - canary }))], ...groups))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await withWeights(0)
    expect(await fixture.count(50, agent)).toEqual({ stable: 50 })
    const { reloads } = fixture.balancer.counts
    await withWeights(60)
    const counts = await fixture.count(100, agent)
    expect(Math.abs((counts.canary ?? 0) - 60)).toBeLessThanOrEqual(1)
    await withWeights(100)
    expect(await fixture.count(50, agent)).toEqual({ canary: 50 })
    expect(fixture.balancer.counts.reloads).toBe(reloads)
    agent.destroy()
  })

  test('count a group that has no targets: its share gets 503, as with ALB', async () => {
    const groups = [group('stable', [await fixture.target('stable')]), group('canary', [])]
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ canary: 20, stable: 80 }))], ...groups))
    expect(await fixture.count(100)).toEqual({ stable: 80, 503: 20 })
  })
})

describe('health', () => {
  test('an unhealthy target gets nothing while another is healthy, and everything when none is', async () => {
    let ill = true
    const sick = await fixture.target('sick', (incoming, response) => {
      response.writeHead(incoming.url === '/health/ready' && ill ? 500 : 200).end()
    })
    const well = await fixture.target('well')
    const both = balancerOf([rule(HOST, forward({ g: 1 }))], group('g', [sick, well]))
    await fixture.balancer.apply(both)
    await stateOf(sick, 'unhealthy')
    expect(await fixture.count(20)).toEqual({ well: 20 })
    await fixture.balancer.apply(balancerOf(both.rules, group('g', [sick])))
    expect(await fixture.count(5)).toEqual({ sick: 5 })
    ill = false
    await stateOf(sick, 'healthy')
  })

  async function stateOf(wanted: TestTarget, state: string): Promise<void> {
    await expect
      .poll(
        async () =>
          (await readState(fixture.balancer)).targetGroups[0]?.targets.find(({ id }) => id === wanted.id)
            ?.state,
        {
          timeout: 10_000,
        },
      )
      .toBe(state)
  }
})

describe('draining', () => {
  test('a removed target loses no request under load, finishes what it has and is then forgotten', async () => {
    const slow = (_: unknown, response: { end(): void }): void => void setTimeout(() => response.end(), 30)
    const [stays, leaves] = [await fixture.target('stays', slow), await fixture.target('leaves', slow)]
    const rules = [rule(HOST, forward({ g: 1 }))]
    await fixture.balancer.apply(balancerOf(rules, group('g', [stays, leaves])))
    const { reloads } = fixture.balancer.counts
    const agent = new Agent({ keepAlive: true })
    let stop = false
    const statuses: number[] = []
    const clients = Array.from({ length: 8 }, async () => {
      while (!stop) statuses.push((await ask(fixture.http, HOST, '/', { agent })).status)
    })
    await sleep(200)
    await fixture.balancer.apply(balancerOf(rules, group('g', [stays])))
    await sleep(100)
    const afterDrain = leaves.seen.count
    await expect.poll(() => fixture.balancer.draining.length, { timeout: 5000 }).toBe(0)
    await leaves.close()
    await sleep(200)
    stop = true
    await Promise.all(clients)
    agent.destroy()
    expect(leaves.seen.count).toBe(afterDrain)
    expect(afterDrain).toBeGreaterThan(0)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
    expect(fixture.balancer.counts.reloads).toBe(reloads)
  })

  test('what is left after the deregistration delay is closed', async () => {
    const endless = await fixture.target('endless', (incoming, response) => {
      if (incoming.url === '/health/ready') response.end()
      else response.write('started')
    })
    const rules = [rule(HOST, forward({ g: 1 }))]
    const settings = { deregistrationDelaySeconds: 1 }
    await fixture.balancer.apply(balancerOf(rules, group('g', [endless], settings)))
    const cut = fixture.ask().then(
      () => 'finished',
      () => 'cut',
    )
    await expect.poll(() => endless.seen.count).toBe(1)
    const started = Date.now()
    await fixture.balancer.apply(balancerOf(rules, group('g', [], settings)))
    expect(await cut).toBe('cut')
    expect(Date.now() - started).toBeGreaterThan(900)
    await expect.poll(() => fixture.balancer.draining.length, { timeout: 5000 }).toBe(0)
  })

  test('a target that comes back while draining serves again', async () => {
    const api = await fixture.target('api', (incoming, response) => {
      if (incoming.url === '/slow') setTimeout(() => response.end(), 1500)
      else response.end()
    })
    const rules = [rule(HOST, forward({ g: 1 }))]
    await fixture.balancer.apply(balancerOf(rules, group('g', [api])))
    const pending = fixture.ask(HOST, '/slow')
    await expect.poll(() => api.seen.count).toBe(1)
    await fixture.balancer.apply(balancerOf(rules, group('g', [])))
    expect((await fixture.ask()).status).toBe(503)
    await fixture.balancer.apply(balancerOf(rules, group('g', [api])))
    expect((await fixture.ask()).status).toBe(200)
    expect((await pending).status).toBe(200)
  })
})

describe('connections', () => {
  test('a WebSocket passes, and outlives a reload', async () => {
    const echo = await fixture.target('echo')
    echo.server.on('upgrade', (incoming, socket) => {
      const key = incoming.headers['sec-websocket-key'] ?? ''
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`,
      )
      // A short unmasked text frame answers every frame that arrives.
      socket.on('data', () => socket.write(Buffer.from([0x81, 2, 0x68, 0x69])))
    })
    const rules = [rule(HOST, forward({ g: 1 })), rule('localhost', forward({ g: 1 }))]
    await fixture.balancer.apply(balancerOf(rules, group('g', [echo])))
    const socket = new WebSocket(`ws://localhost:${fixture.http}/graphql`)
    const next = () =>
      new Promise((resolve) =>
        socket.addEventListener('message', ({ data }) => resolve(data), { once: true }),
      )
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    let received = next()
    socket.send('hello')
    expect(await received).toBe('hi')
    const { reloads } = fixture.balancer.counts
    await fixture.balancer.apply(
      balancerOf(
        [...rules, rule('new.appname.example', forward({ h: 1 }))],
        group('g', [echo]),
        group('h', []),
      ),
    )
    expect(fixture.balancer.counts.reloads).toBe(reloads + 1)
    received = next()
    socket.send('still there?')
    expect(await received).toBe('hi')
    socket.close()
  })

  test('a connection that was idle during a reload gets the new rules', async () => {
    const [before, after] = [await fixture.target('before'), await fixture.target('after')]
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ before: 1 }))], group('before', [before])))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect((await ask(fixture.http, HOST, '/', { agent })).target).toBe('before')
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ after: 1 }))], group('after', [after])))
    await sleep(3000)
    expect((await ask(fixture.http, HOST, '/', { agent })).target).toBe('after')
    agent.destroy()
  })

  test('reloads fail no request of clients that keep their connections', async () => {
    const api = await fixture.target('api')
    const rules = [rule(HOST, forward({ g: 1 }))]
    await fixture.balancer.apply(balancerOf(rules, group('g', [api])))
    const { reloads } = fixture.balancer.counts
    const agent = new Agent({ keepAlive: true })
    let stop = false
    const statuses: number[] = []
    const clients = Array.from({ length: 4 }, async () => {
      while (!stop) statuses.push((await ask(fixture.http, HOST, '/', { agent })).status)
    })
    for (let n = 0; n < 3; n += 1) {
      await sleep(300)
      const more = rule(`r${n}.appname.example`, forward({ g: 1 }))
      await fixture.balancer.apply(balancerOf([...rules, more], group('g', [api])))
    }
    stop = true
    await Promise.all(clients)
    agent.destroy()
    expect(fixture.balancer.counts.reloads).toBe(reloads + 3)
    expect(statuses.length).toBeGreaterThan(20)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
  })
})

function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
