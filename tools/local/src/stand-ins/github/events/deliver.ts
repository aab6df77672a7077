import { createHmac, randomUUID } from 'node:crypto'
import pRetry, { AbortError } from 'p-retry'
import type { Logger } from 'pino'

export interface Webhook {
  readonly url: string
  /** Signs the body (X-Hub-Signature-256); without it deliveries are unsigned. */
  readonly secret?: string
  /** Event names, such as push; absent or ['*']: all. */
  readonly events?: readonly string[]
}

export interface DeliveryTiming {
  /** Attempts after the first. */
  readonly retries: number
  /** Milliseconds before the second attempt; doubles with each one. */
  readonly firstDelay: number
}

/** A receiver that understood the event and refuses it will refuse it again. */
const FINAL = new Set([400, 401, 403, 405, 410, 413, 415, 422])

/** GitHub's header value for a body and a secret. */
export function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/** Posts events to the configured receivers; a receiver that is down is tried again for about a minute. */
export class Deliveries {
  readonly #webhooks: readonly Webhook[]
  readonly #log: Logger
  readonly #timing: DeliveryTiming
  readonly #abort = new AbortController()
  readonly #running = new Set<Promise<void>>()

  constructor(
    webhooks: readonly Webhook[],
    log: Logger,
    timing: DeliveryTiming = { retries: 7, firstDelay: 500 },
  ) {
    this.#webhooks = webhooks
    this.#log = log
    this.#timing = timing
  }

  /** Starts the deliveries of one event and returns at once; a failure is one line in the log. */
  send(event: string, payload: object): void {
    const body = JSON.stringify(payload)
    for (const webhook of this.#webhooks) {
      const events = webhook.events ?? ['*']
      if (!events.includes('*') && !events.includes(event)) continue
      const delivery = this.#deliver(webhook, event, body).finally(() => this.#running.delete(delivery))
      this.#running.add(delivery)
    }
  }

  /** Ends pending retries and waits until nothing is on its way. */
  async close(): Promise<void> {
    this.#abort.abort(new Error('the stand-in is stopping'))
    await Promise.all(this.#running)
  }

  async #deliver(webhook: Webhook, event: string, body: string): Promise<void> {
    const id = randomUUID()
    try {
      await pRetry(() => this.#post(webhook, event, id, body), {
        retries: this.#timing.retries,
        minTimeout: this.#timing.firstDelay,
        signal: this.#abort.signal,
        shouldRetry: () => true,
      })
      this.#log.debug({ event, id, url: webhook.url }, 'webhook delivered')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#log.warn(`webhook ${event} to ${webhook.url} was not delivered: ${reason}`)
    }
  }

  async #post(webhook: Webhook, event: string, id: string, body: string): Promise<void> {
    const answer = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/stand-in',
        'x-github-event': event,
        'x-github-delivery': id,
        ...(webhook.secret ? { 'x-hub-signature-256': signature(webhook.secret, body) } : {}),
      },
      body,
      signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(10_000)]),
    }).catch((error: unknown) => {
      // fetch hides why it failed in the cause
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      throw new Error(cause instanceof Error ? cause.message : String(cause))
    })
    await answer.arrayBuffer()
    if (answer.ok) return
    const reason = `it answered ${answer.status}`
    throw FINAL.has(answer.status) ? new AbortError(reason) : new Error(reason)
  }
}
