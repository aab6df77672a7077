import { z } from 'zod'
import type { Database } from '../database.ts'
import { findEvent } from '../events/service.ts'
import type { Booking, Event } from '../generated/prisma/client.ts'

export const bookSeatInput = z.object({
  eventId: z.uuid('is not an event id'),
  guestName: z.string().trim().min(1, 'is empty').max(200),
  guestEmail: z.email('is not an e-mail address').max(254).toLowerCase(),
})
export type BookSeatInput = z.output<typeof bookSeatInput>

export type Refusal = 'NO_SUCH_EVENT' | 'SOLD_OUT' | 'CANCELLED' | 'ALREADY_STARTED'
export type BookSeatOutcome =
  | { booking: Booking; seats: { taken: number; left: number }; isNew: boolean }
  | { refusal: Refusal }

interface BookedRow extends Booking {
  taken: number
  left: number
}

/**
 * Books one seat for one guest. The seat, the booking and its audit entry are one SQL statement, and the seat is taken
 * only `WHERE seats_taken < capacity`, so an event is never over-booked however many ask at once. A guest who asks again
 * gets the same booking.
 */
export async function bookSeat(database: Database, input: BookSeatInput): Promise<BookSeatOutcome> {
  const [booked] = await takeSeat(database, input)
  if (booked !== undefined) {
    const { taken, left, ...booking } = booked
    return { booking, seats: { taken, left }, isNew: true }
  }
  const event = await findEvent(database, input.eventId)
  if (event === null) return { refusal: 'NO_SUCH_EVENT' }
  const booking = await database.booking.findUnique({
    where: { eventId_guestEmail: { eventId: input.eventId, guestEmail: input.guestEmail } },
  })
  if (booking !== null) {
    return {
      booking,
      seats: { taken: event.seatsTaken, left: event.capacity - event.seatsTaken },
      isNew: false,
    }
  }
  return { refusal: refusalOf(event, new Date()) }
}

function refusalOf(event: Event, now: Date): Refusal {
  if (event.cancelledAt !== null) return 'CANCELLED'
  if (event.startsAt <= now) return 'ALREADY_STARTED'
  return 'SOLD_OUT'
}

/**
 * The seat's row is locked before the guest is looked up (the UPDATE waits for its turn), but the look-up may still be as
 * old as the statement, so a guest's own second request can meet the unique index: ON CONFLICT would then keep the seat,
 * hence the retry, which sees the booking.
 */
async function takeSeat(database: Database, input: BookSeatInput): Promise<BookedRow[]> {
  try {
    return await database.$queryRaw<BookedRow[]>`
      WITH seat AS (
        UPDATE events SET seats_taken = seats_taken + 1
         WHERE id = ${input.eventId}::uuid AND cancelled_at IS NULL AND starts_at > now() AND seats_taken < capacity
           AND NOT EXISTS (SELECT FROM bookings b
                            WHERE b.event_id = ${input.eventId}::uuid AND b.guest_email = ${input.guestEmail})
        RETURNING id, seats_taken, capacity
      ), booking AS (
        INSERT INTO bookings (event_id, guest_name, guest_email)
        SELECT id, ${input.guestName}, ${input.guestEmail} FROM seat
        RETURNING *
      ), audit AS (
        INSERT INTO audit_entries (action, subject_id, detail)
        SELECT 'booking.made', id, jsonb_build_object('eventId', event_id) FROM booking
      )
      SELECT booking.id, booking.event_id AS "eventId", booking.guest_name AS "guestName",
             booking.guest_email AS "guestEmail", booking.created_at AS "createdAt",
             seat.seats_taken AS "taken", seat.capacity - seat.seats_taken AS "left"
        FROM booking JOIN seat ON seat.id = booking.event_id`
  } catch (error) {
    if (isUniqueViolation(error)) return []
    throw error
  }
}

function isUniqueViolation(error: unknown): boolean {
  const text =
    error instanceof Error ? `${error.message} ${JSON.stringify('meta' in error ? error.meta : '')}` : ''
  return text.includes('23505') || text.includes('UniqueConstraintViolation')
}
