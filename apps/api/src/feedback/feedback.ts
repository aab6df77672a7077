import type { Database } from '../database.ts'
import type { JobHandlers } from '../jobs/worker.ts'

/** Plans to ask the guests of bookings (one, or all when `bookingId` is null) once their event has ended. */
async function plan(database: Database, bookingId: string | null): Promise<number> {
  return database.$executeRaw`
    INSERT INTO feedback_requests (booking_id, due_at)
    SELECT b.id, e.ends_at FROM bookings b JOIN events e ON e.id = b.event_id
     WHERE (${bookingId}::uuid IS NULL OR b.id = ${bookingId}::uuid) AND e.cancelled_at IS NULL
       AND NOT EXISTS (SELECT FROM feedback_requests f WHERE f.booking_id = b.id)
    ON CONFLICT (booking_id) DO NOTHING`
}

/** Asks every guest whose event has ended; a request that is marked is never asked again. */
async function ask(database: Database, now: Date): Promise<number> {
  return database.$executeRaw`
    UPDATE feedback_requests SET asked_at = ${now}
     WHERE asked_at IS NULL
       AND booking_id IN (SELECT f.booking_id FROM feedback_requests f
                            JOIN bookings b ON b.id = f.booking_id
                            JOIN events e ON e.id = b.event_id
                           WHERE f.asked_at IS NULL AND f.due_at <= ${now} AND e.cancelled_at IS NULL
                           ORDER BY f.due_at LIMIT 500 FOR UPDATE OF f SKIP LOCKED)`
}

/** Feedback on an event: planned when a seat is booked, asked for when the event has ended. */
export const feedbackHandlers: JobHandlers = {
  queue: 'feedback',
  sweepEvery: 60_000,
  booking: (database, bookingId) => plan(database, bookingId),
  sweep: async (database, now) => (await plan(database, null)) + (await ask(database, now)),
}
