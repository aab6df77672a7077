import { tracingChannel } from 'node:diagnostics_channel'
import type { Histogram } from 'prom-client'

/** They wait for somebody else on purpose. */
const blocking = /^(b[lrz]|xread|wait)/

/**
 * Times every Redis command of this process, of BullMQ too: ioredis publishes them on this channel. Command names come
 * from code, never from clients, so they are few.
 * @returns what stops the timing
 */
export function timeRedisCommands(histogram: Histogram<'command'>): () => void {
  const channel = tracingChannel<'ioredis:command', { command?: string }>('ioredis:command')
  const timers = new WeakMap<object, () => number>()
  const start = (context: { command?: string }) => {
    const command = context.command?.toLowerCase() ?? 'unknown'
    if (!blocking.test(command)) timers.set(context, histogram.startTimer({ command }))
  }
  const stop = (context: object) => {
    timers.get(context)?.()
    timers.delete(context)
  }
  const ignore = () => {}
  const subscribers = { start, end: ignore, asyncStart: ignore, asyncEnd: stop, error: ignore }
  channel.subscribe(subscribers)
  return () => {
    channel.unsubscribe(subscribers)
  }
}
