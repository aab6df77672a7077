import { GraphQLError } from 'graphql'
import type { WebSocket } from 'ws'
import { refusal } from './refusal.ts'

interface RawError {
  message: string
  path?: unknown
  extensions?: { code?: unknown }
}

interface Outgoing {
  /** Hears of each operation that has ended. */
  ended: (id: string) => void
  report: (errors: readonly GraphQLError[]) => readonly GraphQLError[]
  /** Hands a message to Mercurius as if the client had sent it. */
  toMercurius: (message: object) => void
}

/**
 * Reads along what Mercurius sends, to learn which operations have ended. It answers a subscription that fails to start
 * with the error as it was thrown, and then keeps what it had prepared for it: here the error is hidden unless it was
 * meant for the client, and Mercurius is told to clear up.
 */
export function guardOutgoing(socket: WebSocket, { ended, report, toMercurius }: Outgoing): void {
  const send = socket.send.bind(socket) as (data: unknown, ...rest: unknown[]) => void
  socket.send = (data: unknown, ...rest: unknown[]) => {
    // Mercurius writes the type first, and only these two end an operation.
    const kind = typeof data === 'string' ? /^\{"type":"(complete|error)"/.exec(data)?.[1] : undefined
    if (kind === undefined) return send(data, ...rest)
    const { id, type, payload } = JSON.parse(data as string) as {
      id?: string
      type: string
      payload: unknown
    }
    if (typeof id === 'string') ended(id)
    if (kind === 'complete' || !Array.isArray(payload)) return send(data, ...rest)
    const stop = socket.protocol === 'graphql-ws' ? 'stop' : 'complete'
    queueMicrotask(() => toMercurius({ id, type: stop }))
    send(JSON.stringify({ id, type, payload: report(payload.map(forClient)) }), ...rest)
  }
}

/** A resolver's error has a path, and was meant for the client if it has a code. */
function forClient({ message, path, extensions }: RawError): GraphQLError {
  if (typeof extensions?.code === 'string') return refusal(extensions.code, message)
  return path === undefined ? new GraphQLError(message) : refusal('INTERNAL', 'Internal error')
}
