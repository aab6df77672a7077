import { mkdir, rm } from 'node:fs/promises'
import http, { type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { type Logger, pino } from 'pino'
import { buildApp } from './app.ts'
import { Deliveries, type DeliveryTiming, type Webhook } from './events/deliver.ts'
import { Hub } from './hub.ts'
import type { Tokens } from './rest/auth.ts'

export type ListenAddress =
  | { readonly socketPath: string }
  | {
      readonly host: string
      /** 0: any free one. */
      readonly port: number
      /** PEM texts; absent: plain HTTP. */
      readonly tls?: { readonly key: string; readonly cert: string } | undefined
    }

export interface GitHubOptions {
  /** Holds <owner>/<repo>.git and <owner>/<repo>.json; only one server may use it at a time. */
  readonly dataDir: string
  readonly listen: readonly ListenAddress[]
  readonly webhooks?: readonly Webhook[] | undefined
  /** How often and how soon a failed delivery is repeated. */
  readonly webhookTiming?: DeliveryTiming | undefined
  /** The origin of html_url in answers, such as http://127.0.0.1:8080; https://github.com by default. */
  readonly publicUrl?: string | undefined
  /** The only tokens that are known; absent: any token is the local user's. */
  readonly tokens?: Tokens | undefined
  /** False: a push needs a token. */
  readonly anonymousPush?: boolean | undefined
  readonly log?: Logger | undefined
}

export interface GitHub {
  /** One URL per address, in the order of `listen`; a socket is unix:<path>. */
  readonly addresses: readonly string[]
  /** Stops listening, ends open connections and pending webhook deliveries. */
  close(): Promise<void>
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen('socketPath' in address ? { path: address.socketPath } : address, () => {
      server.off('error', failed)
      done()
    })
  })
}

function urlOf(server: Server, address: ListenAddress): string {
  if ('socketPath' in address) return `unix:${address.socketPath}`
  const { port } = server.address() as AddressInfo
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${address.tls ? 'https' : 'http'}://${host}:${port}`
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}

/**
 * Starts the GitHub stand-in: REST, GraphQL, git over HTTP, webhooks and pages, the same on every address.
 * Throws when an address cannot be listened on; nothing is left running then.
 */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const log = options.log ?? pino({ level: 'silent' })
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true })
  const deliveries = new Deliveries(options.webhooks ?? [], log, options.webhookTiming)
  const hub = new Hub(dataDir, deliveries, log)
  const app = await buildApp({ ...options, hub, log })
  await app.ready()
  const servers: Server[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer))
    await app.close()
    await deliveries.close()
  }
  const addresses: string[] = []
  try {
    for (const address of options.listen) {
      if ('socketPath' in address) await rm(address.socketPath, { force: true })
      const tls = 'tls' in address ? address.tls : undefined
      const server = tls ? https.createServer(tls, app.routing) : http.createServer(app.routing)
      await listen(server, address)
      servers.push(server)
      addresses.push(urlOf(server, address))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { addresses, close }
}
