/** What one WebSocket connection may do. */
export interface SocketLimits {
  /** Subscriptions at once. */
  subscriptions: number
  /** Messages and pings within each `window` milliseconds. */
  messages: number
  window: number
  /** Bytes of a message. */
  payload: number
  /** Milliseconds until `connection_init`. */
  initTimeout: number
}

export const socketLimits: SocketLimits = {
  subscriptions: 20,
  messages: 60,
  window: 10_000,
  payload: 64 * 1024,
  initTimeout: 10_000,
}
