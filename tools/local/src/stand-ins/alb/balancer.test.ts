import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { request as secureRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readState } from './admin.ts'
import {
  ask,
  balancerOf,
  forward,
  group,
  type RunningBalancer,
  rule,
  startBalancer,
  startTarget,
  type TestTarget,
} from './testing/harness.ts'

const HOST = 'api.appname.example'

let running: RunningBalancer
let targets: TestTarget[]

beforeEach(async () => {
  running = await startBalancer()
  targets = []
})

afterEach(async () => {
  await running.stop()
  await Promise.all(targets.map((target) => target.close()))
})

async function target(...arguments_: Parameters<typeof startTarget>): Promise<TestTarget> {
  const started = await startTarget(...arguments_)
  targets.push(started)
  return started
}

async function count(requests: number, agent?: Agent): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let n = 0; n < requests; n += 1) {
    const answer = await ask(running.http, HOST, '/', agent ? { agent } : {})
    const key = answer.target ?? String(answer.status)
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

describe('weights', () => {
  test('are exact, whatever the number of targets in each group', async () => {
    const stable = await Promise.all(['stable-1', 'stable-2', 'stable-3'].map((name) => target(name)))
    const canary = await target('canary')
    const groups = [group('stable', stable), group('canary', [canary])]
    await running.balancer.apply(balancerOf([rule(HOST, forward({ canary: 10, stable: 90 }))], ...groups))
    const counts = await count(200)
    expect(counts.canary).toBe(20)
    expect(counts).toEqual({ canary: 20, 'stable-1': 60, 'stable-2': 60, 'stable-3': 60 })
  })

  test('change without a reload, and hold for one kept-alive connection as well', async () => {
    const groups = [group('stable', [await target('stable')]), group('canary', [await target('canary')])]
    const withWeights = (canary: number) =>
      running.balancer.apply(balancerOf([rule(HOST, forward({ canary, stable: 100 - canary }))], ...groups))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await withWeights(0)
    expect(await count(50, agent)).toEqual({ stable: 50 })
    const { reloads } = running.balancer.counts
    await withWeights(60)
    const counts = await count(100, agent)
    expect(Math.abs((counts.canary ?? 0) - 60)).toBeLessThanOrEqual(1)
    await withWeights(100)
    expect(await count(50, agent)).toEqual({ canary: 50 })
    expect(running.balancer.counts.reloads).toBe(reloads)
    agent.destroy()
  })

  test('count a group that has no targets: its share gets 503, as with ALB', async () => {
    const groups = [group('stable', [await target('stable')]), group('canary', [])]
    await running.balancer.apply(balancerOf([rule(HOST, forward({ canary: 20, stable: 80 }))], ...groups))
    expect(await count(100)).toEqual({ stable: 80, 503: 20 })
  })
})

describe('answers', () => {
  test('404 for an unknown host, 503 without targets, 502 for a target that refuses', async () => {
    const gone = await startTarget('gone')
    await gone.close()
    const groups = [group('empty', []), group('refusing', [gone])]
    await running.balancer.apply(
      balancerOf(
        [
          rule('empty.appname.example', forward({ empty: 1 })),
          rule('refusing.appname.example', forward({ refusing: 1 })),
        ],
        ...groups,
      ),
    )
    expect((await ask(running.http, 'other.appname.example')).status).toBe(404)
    expect((await ask(running.http, 'empty.appname.example')).status).toBe(503)
    const refused = await ask(running.http, 'refusing.appname.example')
    expect(refused.status).toBe(502)
    expect(refused.headers.server).toBe('awselb/2.0')
    expect(refused.body).toContain('502 Bad Gateway')
  })

  test("a target's own 503 passes unchanged", async () => {
    const own = await target('own', (_, response) => response.writeHead(503, { server: 'own' }).end('mine'))
    await running.balancer.apply(balancerOf([rule(HOST, forward({ g: 1 }))], group('g', [own])))
    const answer = await ask(running.http, HOST)
    expect([answer.status, answer.headers.server, answer.body]).toEqual([503, 'own', 'mine'])
  })

  test('504 for a target that does not answer within the idle timeout', async () => {
    const silent = await target('silent', (incoming, response) => {
      if (incoming.url === '/health/ready') response.end()
    })
    const slow = group('g', [silent], { idleTimeoutSeconds: 1 })
    await running.balancer.apply(balancerOf([rule(HOST, forward({ g: 1 }))], slow))
    expect((await ask(running.http, HOST)).status).toBe(504)
  })

  test('nothing is tried twice', async () => {
    const broken = await target('broken', (incoming, response) => {
      if (incoming.url === '/health/ready') response.end()
      else incoming.socket.destroy()
    })
    await running.balancer.apply(balancerOf([rule(HOST, forward({ g: 1 }))], group('g', [broken])))
    expect((await ask(running.http, HOST)).status).toBe(502)
    expect(broken.seen.count).toBe(1)
  })
})

describe('rules', () => {
  test('HTTP is redirected to HTTPS, and HTTPS says where it came from', async () => {
    const api = await target('api')
    const listeners = { http: true, https: true, sslRedirectPort: 443 }
    await running.balancer.apply(
      balancerOf([rule(HOST, forward({ g: 1 }), { listeners })], group('g', [api])),
    )
    const redirected = await ask(running.http, HOST, '/graphql?query=a%20b')
    expect([redirected.status, redirected.headers.location]).toEqual([
      301,
      `https://${HOST}:443/graphql?query=a%20b`,
    ])
    const secure = await askSecurely(running.https, HOST)
    const seen = JSON.parse(secure) as Record<string, string>
    expect(seen['x-forwarded-proto']).toBe('https')
    expect(seen['x-forwarded-port']).toBe('443')
    expect(seen['x-forwarded-for']).toBe('127.0.0.1')
    expect(seen['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  })

  test('the longer path wins and a prefix ends at a slash', async () => {
    const [wide, narrow] = [await target('wide'), await target('narrow')]
    await running.balancer.apply(
      balancerOf(
        [
          rule(HOST, forward({ narrow: 1 }), { path: { kind: 'prefix', value: '/admin' } }),
          rule(HOST, forward({ wide: 1 })),
        ],
        group('wide', [wide]),
        group('narrow', [narrow]),
      ),
    )
    const reached = async (path: string) => (await ask(running.http, HOST, path)).target
    expect(await reached('/admin/x')).toBe('narrow')
    expect(await reached('/admin?x')).toBe('narrow')
    expect(await reached('/administrator')).toBe('wide')
  })

  test('a header condition sends only matching requests to its group', async () => {
    const [plain, chosen] = [await target('plain'), await target('chosen')]
    const headers = [{ name: 'accept', values: ['text/*'] }]
    await running.balancer.apply(
      balancerOf(
        [rule(HOST, forward({ chosen: 1 }), { headers }), rule(HOST, forward({ plain: 1 }))],
        group('plain', [plain]),
        group('chosen', [chosen]),
      ),
    )
    const fetched = async (accept: string) => {
      const { request } = await import('node:http')
      return new Promise((resolve) => {
        request({ port: running.http, host: '127.0.0.1', headers: { host: HOST, accept } }, (response) => {
          response.resume()
          resolve(response.headers['x-target'])
        }).end()
      })
    }
    expect(await fetched('text/html')).toBe('chosen')
    expect(await fetched('application/json')).toBe('plain')
  })

  test('fixed responses and redirects of an annotation are answered here', async () => {
    const body = `it's 100% "down"\nsorry`
    await running.balancer.apply(
      balancerOf([
        rule('fixed.appname.example', { kind: 'fixed', status: 418, contentType: 'text/plain', body }),
        rule('moved.appname.example', {
          kind: 'redirect',
          status: 302,
          protocol: 'HTTPS',
          host: 'www.#{host}',
          port: '443',
          path: '/new/#{path}',
          query: '#{query}',
        }),
      ]),
    )
    const fixed = await ask(running.http, 'fixed.appname.example')
    expect([fixed.status, fixed.body]).toEqual([418, body])
    const moved = await ask(running.http, 'moved.appname.example', '/a?b=c')
    expect([moved.status, moved.headers.location]).toEqual([
      302,
      'https://www.moved.appname.example:443/new/a?b=c',
    ])
  })
})

describe('health', () => {
  test('an unhealthy target gets nothing while another is healthy, and everything when none is', async () => {
    let ill = true
    const sick = await target('sick', (incoming, response) => {
      response.writeHead(incoming.url === '/health/ready' && ill ? 500 : 200).end()
    })
    const well = await target('well')
    const both = balancerOf([rule(HOST, forward({ g: 1 }))], group('g', [sick, well]))
    await running.balancer.apply(both)
    await stateOf(sick, 'unhealthy')
    expect(await count(20)).toEqual({ well: 20 })
    await running.balancer.apply(balancerOf(both.rules, group('g', [sick])))
    expect(await count(5)).toEqual({ sick: 5 })
    ill = false
    await stateOf(sick, 'healthy')
  })

  async function stateOf(wanted: TestTarget, state: string): Promise<void> {
    await expect
      .poll(
        async () =>
          (await readState(running.balancer)).targetGroups[0]?.targets.find(({ id }) => id === wanted.id)
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
    const [stays, leaves] = [await target('stays', slow), await target('leaves', slow)]
    const rules = [rule(HOST, forward({ g: 1 }))]
    await running.balancer.apply(balancerOf(rules, group('g', [stays, leaves])))
    const { reloads } = running.balancer.counts
    const agent = new Agent({ keepAlive: true })
    let stop = false
    const statuses: number[] = []
    const clients = Array.from({ length: 8 }, async () => {
      while (!stop) statuses.push((await ask(running.http, HOST, '/', { agent })).status)
    })
    await sleep(200)
    await running.balancer.apply(balancerOf(rules, group('g', [stays])))
    await sleep(100)
    const afterDrain = leaves.seen.count
    await expect.poll(() => running.balancer.draining.length, { timeout: 5000 }).toBe(0)
    await leaves.close()
    await sleep(200)
    stop = true
    await Promise.all(clients)
    agent.destroy()
    expect(leaves.seen.count).toBe(afterDrain)
    expect(afterDrain).toBeGreaterThan(0)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
    expect(running.balancer.counts.reloads).toBe(reloads)
  })

  test('what is left after the deregistration delay is closed', async () => {
    const endless = await target('endless', (incoming, response) => {
      if (incoming.url === '/health/ready') response.end()
      else response.write('started')
    })
    const rules = [rule(HOST, forward({ g: 1 }))]
    const settings = { deregistrationDelaySeconds: 1 }
    await running.balancer.apply(balancerOf(rules, group('g', [endless], settings)))
    const cut = ask(running.http, HOST).then(
      () => 'finished',
      () => 'cut',
    )
    await expect.poll(() => endless.seen.count).toBe(1)
    const started = Date.now()
    await running.balancer.apply(balancerOf(rules, group('g', [], settings)))
    expect(await cut).toBe('cut')
    expect(Date.now() - started).toBeGreaterThan(900)
    await expect.poll(() => running.balancer.draining.length, { timeout: 5000 }).toBe(0)
  })

  test('a target that comes back while draining serves again', async () => {
    const api = await target('api', (incoming, response) => {
      if (incoming.url === '/slow') setTimeout(() => response.end(), 1500)
      else response.end()
    })
    const rules = [rule(HOST, forward({ g: 1 }))]
    await running.balancer.apply(balancerOf(rules, group('g', [api])))
    const pending = ask(running.http, HOST, '/slow')
    await expect.poll(() => api.seen.count).toBe(1)
    await running.balancer.apply(balancerOf(rules, group('g', [])))
    expect((await ask(running.http, HOST)).status).toBe(503)
    await running.balancer.apply(balancerOf(rules, group('g', [api])))
    expect((await ask(running.http, HOST)).status).toBe(200)
    expect((await pending).status).toBe(200)
  })
})

describe('connections', () => {
  test('a WebSocket passes, and outlives a reload', async () => {
    const echo = await target('echo')
    echo.server.on('upgrade', (incoming, socket) => {
      const key = incoming.headers['sec-websocket-key'] ?? ''
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`,
      )
      socket.on('end', () => socket.end())
      // A short unmasked text frame answers every frame that arrives.
      socket.on('data', () => socket.write(Buffer.from([0x81, 2, 0x68, 0x69])))
    })
    const rules = [rule(HOST, forward({ g: 1 })), rule('localhost', forward({ g: 1 }))]
    await running.balancer.apply(balancerOf(rules, group('g', [echo])))
    const socket = new WebSocket(`ws://localhost:${running.http}/graphql`)
    const next = () =>
      new Promise((resolve) =>
        socket.addEventListener('message', ({ data }) => resolve(data), { once: true }),
      )
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    let received = next()
    socket.send('hello')
    expect(await received).toBe('hi')
    const { reloads } = running.balancer.counts
    await running.balancer.apply(
      balancerOf(
        [...rules, rule('new.appname.example', forward({ h: 1 }))],
        group('g', [echo]),
        group('h', []),
      ),
    )
    expect(running.balancer.counts.reloads).toBe(reloads + 1)
    received = next()
    socket.send('still there?')
    expect(await received).toBe('hi')
    socket.close()
  })

  test('a connection that was idle during a reload gets the new rules', async () => {
    const [before, after] = [await target('before'), await target('after')]
    await running.balancer.apply(balancerOf([rule(HOST, forward({ before: 1 }))], group('before', [before])))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect((await ask(running.http, HOST, '/', { agent })).target).toBe('before')
    await running.balancer.apply(balancerOf([rule(HOST, forward({ after: 1 }))], group('after', [after])))
    await sleep(3000)
    expect((await ask(running.http, HOST, '/', { agent })).target).toBe('after')
    agent.destroy()
  })

  test('reloads fail no request of clients that keep their connections', async () => {
    const api = await target('api')
    const rules = [rule(HOST, forward({ g: 1 }))]
    await running.balancer.apply(balancerOf(rules, group('g', [api])))
    let stop = false
    const statuses: number[] = []
    const clients = Array.from({ length: 4 }, async () => {
      while (!stop) statuses.push((await ask(running.http, HOST)).status)
    })
    for (let n = 0; n < 3; n += 1) {
      await sleep(300)
      const more = rule(`r${n}.appname.example`, forward({ g: 1 }))
      await running.balancer.apply(balancerOf([...rules, more], group('g', [api])))
    }
    stop = true
    await Promise.all(clients)
    expect(running.balancer.counts.reloads).toBe(4)
    expect(statuses.length).toBeGreaterThan(20)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
  })
})

function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

async function askSecurely(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      servername: host,
      headers: { host },
      ca: readFileSync(running.certificate),
    }
    secureRequest(options, (response) => {
      response.on('data', (chunk) => resolve(String(chunk)))
    })
      .on('error', reject)
      .end()
  })
}
