import pg from 'pg'
import type { Histogram } from 'prom-client'

const operations = new Set(['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback'])

/** The first word of a statement when it is a usual one, else `other`: a label must not grow with what is sent. */
export function operationOf(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : (statement as { text?: unknown } | null)?.text
  const word = typeof text === 'string' ? (/^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase() ?? '') : ''
  return operations.has(word) ? word : 'other'
}

type Query = (...args: unknown[]) => unknown

/** A PostgreSQL connection that times its statements, until their last row has arrived or they failed. */
export function timedClient(histogram: Histogram<'operation'>): new () => pg.ClientBase {
  return class TimedClient extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config)
      const send = this.query.bind(this) as Query
      this.query = ((...args: unknown[]) => {
        const stop = histogram.startTimer({ operation: operationOf(args[0]) })
        const callback = args.at(-1)
        if (typeof callback === 'function') {
          const done = (...results: unknown[]) => {
            stop()
            return callback(...results)
          }
          return send(...args.slice(0, -1), done)
        }
        const result = send(...args)
        if (result instanceof Promise) {
          const observe = () => {
            stop()
          }
          result.then(observe, observe)
        }
        return result
      }) as typeof this.query
    }
  }
}
