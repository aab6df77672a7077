import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from '../src/paths.ts'

/** One answer as a client saw it. */
export interface Answer {
  /** Milliseconds since 1970 when it was sent. */
  readonly at: number
  /** HTTP status; 0 when the connection failed. */
  readonly status: number
  /** The release that answered, from its `x-appname-version` header. */
  readonly version: string | undefined
  readonly error?: string
}

const query = JSON.stringify({ query: '{ events { id title seatsLeft } }' })

function ask(agent: Agent, port: number, host: string): Promise<Answer> {
  const at = Date.now()
  return new Promise((resolve) => {
    const outgoing = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        servername: host,
        method: 'POST',
        path: '/graphql',
        headers: { host, 'content-type': 'application/json' },
        timeout: 10_000,
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => {
          const version = response.headers['x-appname-version']
          const status = response.statusCode ?? 0
          const broken = status === 200 && body.includes('"errors"')
          resolve({ at, status, version: String(version), ...(broken ? { error: body.slice(0, 200) } : {}) })
        })
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('timed out')))
    outgoing.on('error', (error) => resolve({ at, status: 0, version: undefined, error: error.message }))
    outgoing.end(query)
  })
}

/** Clients that ask the API through the load balancer, as browsers would. */
export interface Clients {
  /** Stops asking and gives every answer, in order. */
  stop(): Promise<readonly Answer[]>
}

/**
 * Starts asking the API of `host` through the load balancer.
 * @param port the load balancer's HTTPS port on 127.0.0.1
 * @param perSecond requests per second; they stop by themselves after `seconds`
 */
export function startClients(port: number, host: string, perSecond = 20, seconds = 900): Clients {
  const ca = readFileSync(join(cache, 'pki/ca.crt'))
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca })
  const answers: Promise<Answer>[] = []
  let stopped = false
  const loop = (async () => {
    const end = Date.now() + seconds * 1000
    while (!stopped && Date.now() < end) {
      answers.push(ask(agent, port, host))
      await delay(1000 / perSecond)
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await loop
      const all = await Promise.all(answers)
      agent.destroy()
      return all
    },
  }
}

/** Answers that a client would notice as failed. */
export function failures(answers: readonly Answer[]): readonly Answer[] {
  return answers.filter(({ status, error }) => status !== 200 || error !== undefined)
}
