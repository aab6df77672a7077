import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import {
  type Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Balancer } from '../balancer.ts'
import type { ForwardAction, LoadBalancer, Rule, Target, TargetGroup } from '../core/model.ts'

/** A tiny HTTP server on loopback that says its name in every answer. */
export interface TestTarget extends Target {
  readonly name: string
  readonly server: Server
  readonly seen: { count: number }
  close(): Promise<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export async function startTarget(name: string, handler?: Handler): Promise<TestTarget> {
  const seen = { count: 0 }
  const server = createServer((incoming, response) => {
    if (incoming.headers['user-agent'] !== 'ELB-HealthChecker/2.0') seen.count += 1
    response.setHeader('x-target', name)
    if (handler) handler(incoming, response)
    else response.end(JSON.stringify(incoming.headers))
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  const port = await listen(server)
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      // Upgraded ones too, which the server no longer counts as its own.
      for (const socket of sockets) socket.destroy()
    })
  return { id: `127.0.0.1:${port}`, address: '127.0.0.1', port, name, server, seen, close }
}

export async function freePort(): Promise<number> {
  const server = createTcpServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listen(server: {
  listen(port: number, host: string, done: () => void): void
  address(): unknown
}): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

export function group(
  id: string,
  targets: readonly Target[],
  settings: Partial<TargetGroup> = {},
): TargetGroup {
  return {
    id,
    protocol: 'HTTP',
    version: 'HTTP1',
    algorithm: 'round_robin',
    healthCheck: {
      path: '/health/ready',
      protocol: 'HTTP',
      intervalSeconds: 1,
      timeoutSeconds: 1,
      healthyThreshold: 1,
      unhealthyThreshold: 1,
      successCodes: '200-399',
    },
    deregistrationDelaySeconds: 5,
    idleTimeoutSeconds: 60,
    ...settings,
    targets: targets.map(({ id: target, address, port }) => ({ id: target, address, port })),
  }
}

export function rule(host: string, action: Rule['action'], changes: Partial<Rule> = {}): Rule {
  return {
    id: `test/${host}`,
    ingress: 'test/test',
    host,
    path: { kind: 'prefix', value: '/' },
    headers: [],
    listeners: { http: true, https: true },
    action,
    ...changes,
  }
}

/** Forwards to groups by weight: `forward({ stable: 90, canary: 10 })`. */
export function forward(weights: Record<string, number>): ForwardAction {
  return {
    kind: 'forward',
    id: 'test/api',
    groups: Object.entries(weights).map(([id, weight]) => ({ id, weight })),
  }
}

export function balancerOf(rules: readonly Rule[], ...targetGroups: TargetGroup[]): LoadBalancer {
  return { rules, targetGroups, problems: [] }
}

export interface RunningBalancer {
  readonly balancer: Balancer
  readonly http: number
  readonly https: number
  readonly certificate: string
  stop(): Promise<void>
}

/** A real HAProxy on free loopback ports. */
export async function startBalancer(): Promise<RunningBalancer> {
  const directory = mkdtempSync(join(tmpdir(), 'alb-test-'))
  const certificate = join(directory, 'tls.crt')
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=DNS:*.appname.example']
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    join(directory, 'tls.key'),
  ]
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '1', ...subject, '-out', certificate], {
    stdio: 'ignore',
  })
  const [http, https] = [await freePort(), await freePort()]
  const options = { directory, http: `127.0.0.1:${http}`, https: `127.0.0.1:${https}`, certificate }
  const balancer = new Balancer(options, () => {}, 'ignore')
  await balancer.start(() => {})
  const stop = async (): Promise<void> => {
    await balancer.stop(100)
    rmSync(directory, { recursive: true, force: true })
  }
  return { balancer, http, https, certificate, stop }
}

export interface Answer {
  readonly status: number
  readonly target: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** One request through the balancer, on a connection of its own unless `agent` keeps some. Rejects when the connection fails. */
export function ask(
  port: number,
  host: string,
  path = '/',
  options: { agent?: Agent; method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, headers: { host }, agent: false, ...options },
      (response) => {
        let body = ''
        response.on('data', (chunk) => {
          body += chunk
        })
        response.on('end', () => {
          const target = response.headers['x-target'] as string | undefined
          resolve({ status: response.statusCode ?? 0, target, headers: response.headers, body })
        })
        response.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}
