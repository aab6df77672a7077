import type { GraphQLError } from 'graphql'
import type { WebSocket } from 'ws'

/** The messages of both protocols that Mercurius speaks, `graphql-transport-ws` and the older `graphql-ws`. */
const starts = new Set<unknown>(['subscribe', 'start'])

/** RFC 6455. */
const internalError = 1011

export interface SocketGuard {
  /** What is wrong with the operation that a message starts; empty when nothing is. */
  judge: (payload: unknown) => readonly GraphQLError[]
  /** The errors as they are answered; counts and logs them. */
  report: (errors: readonly GraphQLError[]) => readonly GraphQLError[]
  /** Hears of an error that nobody expected; the socket is closed then. */
  failed: (error: unknown) => void
}

interface Message {
  id?: unknown
  type?: unknown
  payload?: unknown
}

/**
 * Stands between the socket and Mercurius, which has no hook before it parses what a message holds. A message that is
 * refused does not reach it: the client is told why, under the operation's id.
 */
export function guardSocket(socket: WebSocket, guard: SocketGuard): void {
  const emit = socket.emit.bind(socket) as (event: string, ...values: unknown[]) => boolean
  socket.emit = (event: string, ...values: unknown[]) => {
    if (event !== 'message') return emit(event, ...values)
    try {
      return passes(socket, guard, parseMessage(values[0])) ? emit(event, ...values) : true
    } catch (error) {
      guard.failed(error)
      socket.close(internalError)
      return true
    }
  }
}

function passes(socket: WebSocket, guard: SocketGuard, message: Message | undefined): boolean {
  if (!starts.has(message?.type)) return true
  const errors = guard.judge(message?.payload)
  if (errors.length === 0) return true
  socket.send(JSON.stringify({ type: 'error', id: message?.id, payload: guard.report(errors) }))
  return false
}

function parseMessage(data: unknown): Message | undefined {
  try {
    return JSON.parse(String(data)) as Message
  } catch {
    return undefined
  }
}
