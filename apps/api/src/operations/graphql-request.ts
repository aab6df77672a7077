import { z } from 'zod'

/** What a page shows of the events to come: a query that goes through the whole of the api, down to the database. */
export const upcomingEvents = '{ events(first: 5) { id title startsAt seatsLeft venue { name city } } }'

const answer = z.object({
  data: z.object({ events: z.array(z.object({ id: z.string(), title: z.string() })) }),
  errors: z.undefined().optional(),
})

export interface Answered {
  events: { id: string; title: string }[]
  /** The release that answered, from `x-appname-version`. */
  version: string
}

/**
 * Asks the api at `base` for the events to come.
 * @throws with a short reason when the status is not 200, the answer holds GraphQL errors, or five seconds have passed
 */
export async function askForEvents(base: string): Promise<Answered> {
  const response = await fetch(new URL('/graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: upcomingEvents }),
    signal: AbortSignal.timeout(5_000),
  })
  const body = await response.text()
  if (response.status !== 200) throw new Error(`HTTP ${response.status} from /graphql`)
  const parsed = answer.safeParse(parseJson(body))
  if (!parsed.success) throw new Error(`/graphql answered with errors: ${body.slice(0, 200)}`)
  return { events: parsed.data.data.events, version: response.headers.get('x-appname-version') ?? 'unknown' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
