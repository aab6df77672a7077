import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { describe, expect, test } from 'vitest'
import { HOST, useBalancer } from './testing/fixture.ts'
import { balancerOf, forward, group, rule, startTarget } from './testing/harness.ts'

const fixture = useBalancer()

describe('answers', () => {
  test('404 for an unknown host, 503 without targets, 502 for a target that refuses', async () => {
    const gone = await startTarget('gone')
    await gone.close()
    const groups = [group('empty', []), group('refusing', [gone])]
    await fixture.balancer.apply(
      balancerOf(
        [
          rule('empty.appname.example', forward({ empty: 1 })),
          rule('refusing.appname.example', forward({ refusing: 1 })),
        ],
        ...groups,
      ),
    )
    expect((await fixture.ask('other.appname.example')).status).toBe(404)
    expect((await fixture.ask('empty.appname.example')).status).toBe(503)
    const refused = await fixture.ask('refusing.appname.example')
    expect(refused.status).toBe(502)
    expect(refused.headers.server).toBe('awselb/2.0')
    expect(refused.body).toContain('502 Bad Gateway')
  })

  test("a target's own 503 passes unchanged", async () => {
    const own = await fixture.target('own', (_, response) =>
      response.writeHead(503, { server: 'own' }).end('mine'),
    )
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ g: 1 }))], group('g', [own])))
    const answer = await fixture.ask()
    expect([answer.status, answer.headers.server, answer.body]).toEqual([503, 'own', 'mine'])
  })

  test('504 for a target that does not answer within the idle timeout', async () => {
    const silent = await fixture.target('silent', (incoming, response) => {
      if (incoming.url === '/health/ready') response.end()
    })
    const slow = group('g', [silent], { idleTimeoutSeconds: 1 })
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ g: 1 }))], slow))
    expect((await fixture.ask()).status).toBe(504)
  })

  test('nothing is tried twice', async () => {
    const broken = await fixture.target('broken', (incoming, response) => {
      if (incoming.url === '/health/ready') response.end()
      else incoming.socket.destroy()
    })
    await fixture.balancer.apply(balancerOf([rule(HOST, forward({ g: 1 }))], group('g', [broken])))
    expect((await fixture.ask()).status).toBe(502)
    expect(broken.seen.count).toBe(1)
  })
})

describe('rules', () => {
  test('HTTP is redirected to HTTPS, and HTTPS says where it came from', async () => {
    const api = await fixture.target('api')
    const listeners = { http: true, https: true, sslRedirectPort: 443 }
    await fixture.balancer.apply(
      balancerOf([rule(HOST, forward({ g: 1 }), { listeners })], group('g', [api])),
    )
    const redirected = await fixture.ask(HOST, '/graphql?query=a%20b')
    expect([redirected.status, redirected.headers.location]).toEqual([
      301,
      `https://${HOST}:443/graphql?query=a%20b`,
    ])
    const secure = await askSecurely(fixture.https, HOST)
    const seen = JSON.parse(secure) as Record<string, string>
    expect(seen['x-forwarded-proto']).toBe('https')
    expect(seen['x-forwarded-port']).toBe('443')
    expect(seen['x-forwarded-for']).toBe('127.0.0.1')
    expect(seen['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  })

  test('the longer path wins and a prefix ends at a slash', async () => {
    const [wide, narrow] = [await fixture.target('wide'), await fixture.target('narrow')]
    await fixture.balancer.apply(
      balancerOf(
        [
          rule(HOST, forward({ narrow: 1 }), { path: { kind: 'prefix', value: '/admin' } }),
          rule(HOST, forward({ wide: 1 })),
        ],
        group('wide', [wide]),
        group('narrow', [narrow]),
      ),
    )
    const reached = async (path: string) => (await fixture.ask(HOST, path)).target
    expect(await reached('/admin/x')).toBe('narrow')
    expect(await reached('/admin?x')).toBe('narrow')
    expect(await reached('/administrator')).toBe('wide')
  })

  test('a header condition sends only matching requests to its group', async () => {
    const [plain, chosen] = [await fixture.target('plain'), await fixture.target('chosen')]
    const headers = [{ name: 'accept', values: ['text/*'] }]
    await fixture.balancer.apply(
      balancerOf(
        [rule(HOST, forward({ chosen: 1 }), { headers }), rule(HOST, forward({ plain: 1 }))],
        group('plain', [plain]),
        group('chosen', [chosen]),
      ),
    )
    const fetched = async (accept: string) => {
      return new Promise((resolve) => {
        request(
          { agent: false, port: fixture.http, host: '127.0.0.1', headers: { host: HOST, accept } },
          (response) => {
            response.resume()
            resolve(response.headers['x-target'])
          },
        ).end()
      })
    }
    expect(await fetched('text/html')).toBe('chosen')
    expect(await fetched('application/json')).toBe('plain')
  })

  test('fixed responses and redirects of an annotation are answered here', async () => {
    const body = `it's 100% "down"\nsorry`
    await fixture.balancer.apply(
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
    const fixed = await fixture.ask('fixed.appname.example')
    expect([fixed.status, fixed.body]).toEqual([418, body])
    const moved = await fixture.ask('moved.appname.example', '/a?b=c')
    expect([moved.status, moved.headers.location]).toEqual([
      302,
      'https://www.moved.appname.example:443/new/a?b=c',
    ])
  })
})

async function askSecurely(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      servername: host,
      headers: { host },
      ca: readFileSync(fixture.certificate),
    }
    secureRequest(options, (response) => {
      response.on('data', (chunk) => resolve(String(chunk)))
    })
      .on('error', reject)
      .end()
  })
}
