import { z } from 'zod'

const query = '{ events { id title startsAt seatsLeft venue { name } } }'

const eventSummary = z.object({
  id: z.string(),
  title: z.string(),
  startsAt: z.iso.datetime({ offset: true }),
  seatsLeft: z.number().int(),
  venue: z.object({ name: z.string() }),
})

const answer = z.object({
  data: z.object({ events: z.array(eventSummary) }).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

/** One event as the API lists it. `startsAt` is ISO 8601 with an offset; `seatsLeft` is a whole number of seats. */
export type EventSummary = z.infer<typeof eventSummary>

/** Why there is no list: the API did not answer, not in time, answered with an error, or with something that is not a list of events. */
export type Problem = {
  readonly kind: 'unreachable' | 'timeout' | 'failed' | 'unexpected'
  readonly what: string
  readonly where: string
}

/** The API being away is an expected outcome, so it is a value. */
export type EventList =
  | { readonly ok: true; readonly events: readonly EventSummary[] }
  | { readonly ok: false; readonly problem: Problem }

export type ListEventsOptions = {
  /** Base URL of the API, without a trailing slash. */
  readonly apiUrl: string
  /** Milliseconds for everything together: connection, retry and body. */
  readonly timeoutMs?: number
}

/**
 * Asks the API for the upcoming events. Never throws for what the API or the network does.
 *
 * A lost connection and a 502, 503 or 504 are asked once more: that is how a Pod or target that has just gone away looks.
 */
export const listEvents = async ({ apiUrl, timeoutMs = 3_000 }: ListEventsOptions): Promise<EventList> => {
  const where = `${apiUrl}/graphql`
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await askTwice(where, signal)
    const body: unknown = await response.json().catch((error: unknown) => {
      if (signal.aborted) throw error
      return undefined
    })
    return judge(response.status, body, where)
  } catch (error) {
    const problem: Problem = signal.aborted
      ? { kind: 'timeout', what: `no answer within ${timeoutMs} ms`, where }
      : { kind: 'unreachable', what: reason(error), where }
    return { ok: false, problem }
  }
}

const askTwice = async (where: string, signal: AbortSignal): Promise<Response> => {
  const ask = () =>
    fetch(where, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
      cache: 'no-store',
      signal,
    })
  const first = await ask().catch((error: unknown) => {
    if (signal.aborted) throw error
    return undefined
  })
  if (first && ![502, 503, 504].includes(first.status)) return first
  await first?.body?.cancel()
  return await ask()
}

const judge = (status: number, body: unknown, where: string): EventList => {
  const parsed = answer.safeParse(body)
  const errors = parsed.data?.errors ?? []
  if (errors.length > 0) {
    const what = errors.map((error) => error.message).join('; ')
    return { ok: false, problem: { kind: 'failed', what: `HTTP ${status}: ${what}`, where } }
  }
  if (status !== 200) return { ok: false, problem: { kind: 'failed', what: `HTTP ${status}`, where } }
  if (!parsed.success || !parsed.data.data) {
    const what = parsed.success
      ? 'the answer has no data'
      : z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ')
    return { ok: false, problem: { kind: 'unexpected', what, where } }
  }
  return { ok: true, events: parsed.data.data.events }
}

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error
    ? error.cause.message || ('code' in error.cause ? String(error.cause.code) : '')
    : error.message
}
