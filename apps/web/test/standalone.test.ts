import { Agent, get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiStandIn, json, startApiStandIn, twoEvents } from './api-stand-in.ts'
import { release, spawnWeb, startWeb, stopWeb, type WebServer } from './web-server.ts'

let api: ApiStandIn
let web: WebServer

beforeAll(async () => {
  api = await startApiStandIn(json(twoEvents))
  web = await startWeb({ API_URL: api.url })
})
beforeEach(() => {
  api.answer = json(twoEvents)
})
afterAll(async () => {
  await stopWeb(web)
  await api.close()
})

describe('the page', () => {
  it('is rendered from what the API says at this very request', async () => {
    const first = await (await fetch(web.url)).text()
    expect(first).toContain('GitOps evening')
    expect(first).toContain('Thu, 14 January 2027, 18:00 UTC')
    expect(first).toContain('Mon, 1 February 2027, 17:30 UTC')
    expect(first).toContain('12 seats left')
    expect(first).toContain('Sold out')
    api.answer = json({ data: { events: [] } })
    const second = await (await fetch(web.url)).text()
    expect(second).not.toContain('GitOps evening')
    expect(second).toContain('No events yet')
  })

  it('shows what the API says as text, never as markup', async () => {
    const html = await (await fetch(web.url)).text()
    expect(html).toContain('Queues &amp; &lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toContain('<script>alert(1)')
  })

  it('still is a page when the API fails, and the log says why', async () => {
    api.answer = json({ errors: [{ message: 'database is away' }] }, { status: 500 })
    const response = await fetch(web.url)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('We cannot load the events right now')
    expect((await fetch(`${web.url}/api/health`)).status).toBe(200)
    expect(web.output()).toContain('HTTP 500: database is away')
  })

  it('answers 404 for an unknown address, with a page', async () => {
    const response = await fetch(`${web.url}/nowhere`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('There is nothing at this address')
  })
})

describe('every response', () => {
  const stylesheet = async () => {
    const [path] = /\/_next\/static\/[^"]+\.css/.exec(await (await fetch(web.url)).text()) ?? []
    return path ?? expect.fail('the page links no stylesheet')
  }

  it('names the release that answered, and carries the security headers', async () => {
    for (const path of ['/', '/api/health', '/nowhere', '/icon.svg', await stylesheet()]) {
      const { headers } = await fetch(web.url + path)
      expect(headers.get('x-appname-version'), path).toBe(release)
      expect(headers.get('content-security-policy'), path).toMatch(
        /script-src 'self' 'nonce-[^']{20,}' 'strict-dynamic';/,
      )
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('x-powered-by'), path).toBeNull()
    }
  })

  it('has a nonce of its own, which every script carries', async () => {
    const nonces = await Promise.all(
      [0, 1].map(async () => {
        const response = await fetch(web.url)
        const [, nonce] = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '') ?? []
        const scripts = (await response.text()).match(/<script[^>]*>/g) ?? []
        expect(scripts.length).toBeGreaterThan(0)
        for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`)
        return nonce
      }),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })
})

it('reads its public configuration at start, so that one image serves every environment', async () => {
  const other = await startWeb({ API_URL: api.url, APP_URL: 'https://app.stage.appname.example/' })
  const response = await fetch(other.url)
  expect(await response.text()).toContain('<link rel="canonical" href="https://app.stage.appname.example"/>')
  expect(response.headers.get('strict-transport-security')).toContain('max-age=')
  await stopWeb(other)
})

it('does not start with a wrong environment, and names every problem at once', async () => {
  const broken = await spawnWeb({ API_URL: 'api:4000' })
  expect(await broken.ended).toBe(1)
  expect(broken.output()).toContain(
    [
      'The environment of web has 2 problems:',
      '  APP_URL must be an http(s) URL, for example https://app.appname.example (it is not set)',
      '  API_URL must be an http(s) URL, for example https://api.appname.example (it is "api:4000")',
    ].join('\n'),
  )
})

it('finishes the requests in flight after SIGTERM, lets go of kept-alive connections, and exits with 0', async () => {
  const agent = new Agent({ keepAlive: true })
  const stopping = await startWeb({ API_URL: api.url })
  const ask = async (): Promise<{ response: IncomingMessage; body: string }> =>
    await new Promise((resolve, reject) => {
      get(stopping.url, { agent }, async (response) => {
        let body = ''
        for await (const chunk of response) body += chunk
        resolve({ response, body })
      }).once('error', reject)
    })
  await ask() // leaves an idle connection behind

  let reached = () => {}
  const inFlight = new Promise<void>((resolve) => (reached = resolve))
  api.answer = (response, query) => {
    reached()
    json(twoEvents, { delayMs: 500 })(response, query)
  }
  const answer = ask()
  await inFlight
  const signalledAt = Date.now()
  stopping.process.kill('SIGTERM')

  const { response, body } = await answer
  expect(response.statusCode).toBe(200)
  expect(response.headers.connection).toBe('close')
  expect(body).toContain('GitOps evening')
  expect(await stopping.ended).toBe(0)
  // Far below the 65 s for which the idle connection would stay open.
  expect(Date.now() - signalledAt).toBeLessThan(20_000)
  await expect(ask()).rejects.toThrow()
  agent.destroy()
})
