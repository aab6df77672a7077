import { z } from 'zod'
import type { Database } from '../database.ts'
import type { Event, Venue } from '../generated/prisma/client.ts'

export interface ListedEvent extends Event {
  venue: Venue
  /** Metres from the searched place, or null when none was given. */
  distanceMetres: number | null
}

/** No list answers more entries than this at once. */
export const maximumPage = 100

export const eventId = z.uuid('is not an event id')

export const listEventsInput = z.object({
  near: z
    .object({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      radiusMetres: z.number().positive().max(500_000),
    })
    .nullish(),
  first: z.number().int().min(1).max(maximumPage),
})
export type ListEventsInput = z.output<typeof listEventsInput>

/** Events to come: within a circle, nearest first, or all of them, soonest first; at most `first`. */
export async function listEvents(database: Database, input: ListEventsInput): Promise<ListedEvent[]> {
  if (input.near) return listEventsNear(database, input.near, input.first)
  const events = await database.event.findMany({
    where: { startsAt: { gt: new Date() }, cancelledAt: null },
    orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    take: input.first,
    include: { venue: true },
  })
  return events.map((event) => ({ ...event, distanceMetres: null }))
}

async function listEventsNear(
  database: Database,
  near: NonNullable<ListEventsInput['near']>,
  first: number,
): Promise<ListedEvent[]> {
  const found = await database.$queryRaw<{ id: string; distance: number }[]>`
    WITH place AS (
      SELECT ST_SetSRID(ST_MakePoint(${near.longitude}::float8, ${near.latitude}::float8), 4326)::geography AS point
    )
    SELECT e.id, ST_Distance(v.location, place.point) AS distance
      FROM place, events e JOIN venues v ON v.id = e.venue_id
     WHERE e.starts_at > now() AND e.cancelled_at IS NULL
       AND ST_DWithin(v.location, place.point, ${near.radiusMetres}::float8)
     ORDER BY distance, e.starts_at, e.id
     LIMIT ${first}::int`
  const events = await database.event.findMany({
    where: { id: { in: found.map((row) => row.id) } },
    include: { venue: true },
  })
  const byId = new Map(events.map((event) => [event.id, event]))
  return found.flatMap((row) => {
    const event = byId.get(row.id)
    return event === undefined ? [] : [{ ...event, distanceMetres: row.distance }]
  })
}

/** One event, cancelled or past as it may be; null when there is none. */
export async function findEvent(database: Database, id: string): Promise<ListedEvent | null> {
  const event = await database.event.findUnique({ where: { id }, include: { venue: true } })
  return event === null ? null : { ...event, distanceMetres: null }
}
