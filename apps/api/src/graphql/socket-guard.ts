import type { GraphQLError } from 'graphql'
import type { WebSocket } from 'ws'
import { refusal } from './refusal.ts'
import type { SocketLimits } from './socket-limits.ts'
import { guardOutgoing } from './socket-outgoing.ts'

/** Close codes of RFC 6455 (1xxx) and of the protocol graphql-transport-ws (44xx). */
const closeCodes = {
  INTERNAL: 1011,
  MESSAGE_INVALID: 4400,
  NOT_INITIALISED: 4401,
  INIT_TIMEOUT: 4408,
  DUPLICATE_ID: 4409,
  MESSAGE_RATE_LIMIT: 4429,
} as const
type CloseReason = keyof typeof closeCodes

/** The messages of both protocols that Mercurius speaks, graphql-transport-ws and the older graphql-ws. */
const starts = ['subscribe', 'start']
const stops = ['complete', 'stop']
const others = ['connection_init', 'connection_terminate', 'ping', 'pong', 'ka']
const known = new Set<unknown>([...starts, ...stops, ...others])

export interface SocketGuardOptions {
  limits: SocketLimits
  /** What is wrong with the operation that a message starts; empty when nothing is. */
  judge: (payload: unknown) => readonly GraphQLError[]
  /** The errors as they are answered; counts and logs them. `ran`: they come from executing. */
  report: (errors: readonly GraphQLError[], ran: boolean) => readonly GraphQLError[]
  /** Hears of an error that nobody expected; the socket is closed then. */
  failed: (error: unknown) => void
}

interface Message {
  id?: unknown
  type?: unknown
  payload?: unknown
}

/**
 * Stands between the socket and Mercurius, which has no hook before it parses what a message holds, and no limits per
 * socket. An operation that is refused does not reach it: the client is told why, under the operation's id. A client
 * that breaks the protocol, or sends too much, is told why by the close code.
 */
export function guardSocket(socket: WebSocket, options: SocketGuardOptions): void {
  const guard = new SocketGuard(socket, options)
  const emit = socket.emit.bind(socket) as (event: string, ...values: unknown[]) => boolean
  guardOutgoing(socket, {
    ended: (id) => guard.active.delete(id),
    report: (errors) => options.report(errors, true),
    toMercurius: (message) => emit('message', JSON.stringify(message), false),
  })
  socket.emit = (event: string, ...values: unknown[]) => {
    try {
      return guard.passes(event, values[0]) ? emit(event, ...values) : true
    } catch (error) {
      options.failed(error)
      guard.close('INTERNAL', 'internal error')
      return true
    }
  }
}

class SocketGuard {
  /** The ids of the operations that run. */
  readonly active = new Set<string>()
  readonly #socket: WebSocket
  readonly #options: SocketGuardOptions
  readonly #initTimer: NodeJS.Timeout
  #initialised = false
  #window = { since: 0, messages: 0 }

  constructor(socket: WebSocket, options: SocketGuardOptions) {
    this.#socket = socket
    this.#options = options
    this.#initTimer = setTimeout(
      () => this.close('INIT_TIMEOUT', `no connection_init within ${options.limits.initTimeout} ms`),
      options.limits.initTimeout,
    )
  }

  /** Whether Mercurius may hear of the event. */
  passes(event: string, value: unknown): boolean {
    if (event === 'close') clearTimeout(this.#initTimer)
    if (event === 'error' && (value as { code?: unknown }).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      const message = `A message may hold ${this.#options.limits.payload} bytes at most`
      this.#options.report([refusal('PAYLOAD_LIMIT', message)], false)
    }
    if (event !== 'message' && event !== 'ping') return true
    if (this.#socket.readyState !== this.#socket.OPEN) return false
    return this.#inTime() && (event === 'ping' || this.#message(parseMessage(value)))
  }

  close(reason: CloseReason, message: string): void {
    clearTimeout(this.#initTimer)
    this.#options.report([refusal(reason, message)], false)
    this.#socket.close(closeCodes[reason], message)
  }

  #inTime(): boolean {
    const { messages, window } = this.#options.limits
    const now = Date.now()
    if (now - this.#window.since >= window) this.#window = { since: now, messages: 0 }
    this.#window.messages += 1
    if (this.#window.messages <= messages) return true
    this.close('MESSAGE_RATE_LIMIT', `more than ${messages} messages within ${window} ms`)
    return false
  }

  #message(message: Message | undefined): boolean {
    if (!known.has(message?.type)) {
      this.close('MESSAGE_INVALID', 'not a message of the protocol')
      return false
    }
    const { type, id, payload } = message as Message
    if (type === 'connection_init') {
      clearTimeout(this.#initTimer)
      this.#initialised = true
    }
    if (stops.includes(type as string)) this.active.delete(id as string)
    return !starts.includes(type as string) || this.#start(id, payload)
  }

  #start(id: unknown, payload: unknown): boolean {
    if (!this.#initialised) this.close('NOT_INITIALISED', 'connection_init comes first')
    else if (typeof id !== 'string' || id === '') this.close('MESSAGE_INVALID', 'an operation needs an id')
    else if (this.active.has(id)) this.close('DUPLICATE_ID', 'an operation with this id runs already')
    else {
      const errors = this.#wrong(payload)
      if (errors.length === 0) {
        this.active.add(id)
        return true
      }
      this.#socket.send(JSON.stringify({ type: 'error', id, payload: this.#options.report(errors, false) }))
    }
    return false
  }

  #wrong(payload: unknown): readonly GraphQLError[] {
    const { subscriptions } = this.#options.limits
    if (this.active.size < subscriptions) return this.#options.judge(payload)
    return [refusal('SUBSCRIPTION_LIMIT', `A connection may hold ${subscriptions} subscriptions at most`)]
  }
}

function parseMessage(data: unknown): Message | undefined {
  try {
    return (JSON.parse(String(data)) as Message | null) ?? undefined
  } catch {
    return undefined
  }
}
