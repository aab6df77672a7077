import type { Database } from '../database.ts'
import type { JobHandlers } from '../jobs/worker.ts'

/**
 * Plans the reminders of bookings that have none (one, or all when `bookingId` is null): a confirmation now, and one a
 * day and one an hour before the event while that is still ahead.
 */
async function plan(database: Database, bookingId: string | null): Promise<number> {
  return database.$executeRaw`
    INSERT INTO reminders (booking_id, kind, due_at)
    SELECT b.id, planned.kind, planned.due_at
      FROM bookings b
      JOIN events e ON e.id = b.event_id
     CROSS JOIN LATERAL (VALUES ('confirmation', b.created_at),
                                ('day-before', e.starts_at - interval '24 hours'),
                                ('hour-before', e.starts_at - interval '1 hour')) AS planned (kind, due_at)
     WHERE (${bookingId}::uuid IS NULL OR b.id = ${bookingId}::uuid)
       AND e.cancelled_at IS NULL
       AND (planned.kind = 'confirmation' OR planned.due_at > b.created_at)
       AND NOT EXISTS (SELECT FROM reminders r WHERE r.booking_id = b.id)
    ON CONFLICT (booking_id, kind) DO NOTHING`
}

/** Sends what is due (of one booking, or of all); a row that is marked is never sent again. */
async function send(database: Database, bookingId: string | null, now: Date): Promise<number> {
  return database.$executeRaw`
    UPDATE reminders r SET sent_at = ${now}
     WHERE r.id IN (SELECT d.id FROM reminders d
                      JOIN bookings b ON b.id = d.booking_id
                      JOIN events e ON e.id = b.event_id
                     WHERE d.sent_at IS NULL AND d.due_at <= ${now} AND e.cancelled_at IS NULL
                       AND (${bookingId}::uuid IS NULL OR d.booking_id = ${bookingId}::uuid)
                     ORDER BY d.due_at LIMIT 500 FOR UPDATE OF d SKIP LOCKED)
       AND r.sent_at IS NULL`
}

/** Reminders of an event: planned when a seat is booked, sent when due. */
export const remindersHandlers: JobHandlers = {
  queue: 'reminders',
  sweepEvery: 60_000,
  booking: async (database, bookingId, now) =>
    (await plan(database, bookingId)) + (await send(database, bookingId, now)),
  sweep: async (database, now) => (await plan(database, null)) + (await send(database, null, now)),
}
