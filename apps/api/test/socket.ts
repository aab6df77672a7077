import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'

export interface TestSocket {
  socket: WebSocket
  messages: { id?: string; type: string; payload?: unknown }[]
  /** Resolves with the close code. */
  closed: Promise<number>
  send(message: object): void
  subscribe(id: string, query: unknown, variables?: object): void
  /** The errors that the operation was answered with, once it was. */
  errorsOf(id: string): { message: string; extensions?: { code?: string } }[] | undefined
}

/** The loopback address of an app that listens. */
export function addressOf(app: FastifyInstance): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return `127.0.0.1:${address.port}`
}

/** A GraphQL socket, closed when the test has finished; `init: false` leaves out the greeting. */
export async function openSocket(
  app: FastifyInstance,
  options: ClientOptions & { init?: boolean } = {},
): Promise<TestSocket> {
  const socket = new WebSocket(`ws://${addressOf(app)}/graphql`, 'graphql-transport-ws', options)
  onTestFinished(() => socket.terminate())
  const messages: TestSocket['messages'] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  // What goes wrong later shows in the close code.
  socket.on('error', () => {})
  const send = (message: object) => socket.send(JSON.stringify(message))
  if (options.init !== false) send({ type: 'connection_init' })
  return {
    socket,
    messages,
    closed,
    send,
    subscribe: (id, query, variables) => send({ id, type: 'subscribe', payload: { query, variables } }),
    errorsOf: (id) =>
      messages.find((message) => message.id === id && message.type === 'error')?.payload as ReturnType<
        TestSocket['errorsOf']
      >,
  }
}
