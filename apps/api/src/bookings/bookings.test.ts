import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { createDatabase, type Database } from '../database.ts'
import { bookSeat } from './service.ts'

let testEnvironment: TestEnvironment
let database: Database
let venueId: string

beforeAll(async () => {
  testEnvironment = await createTestEnvironment()
  database = createDatabase(testEnvironment.databaseUrl)
  venueId = (await database.venue.findFirstOrThrow()).id
})

afterAll(async () => {
  await database?.$disconnect()
  await testEnvironment?.remove()
})

const hour = 3_600_000

function createEvent(facts: { capacity: number; startsIn?: number; cancelledAt?: Date }) {
  const startsAt = new Date(Date.now() + (facts.startsIn ?? 24 * hour))
  return database.event.create({
    data: {
      venueId,
      title: 'An evening',
      startsAt,
      endsAt: new Date(startsAt.getTime() + hour),
      capacity: facts.capacity,
      cancelledAt: facts.cancelledAt ?? null,
    },
  })
}

const guest = (name: string | number, eventId: string) => ({
  eventId,
  guestName: `Guest ${name}`,
  guestEmail: `guest-${name}@example.org`,
})

test('of 60 guests who race for 7 seats, 7 get one and 53 are told it is sold out', async () => {
  const event = await createEvent({ capacity: 7 })
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, number) => bookSeat(database, guest(number, event.id))),
  )
  const refusals = outcomes.flatMap((outcome) => ('refusal' in outcome ? [outcome.refusal] : []))
  expect(outcomes.length - refusals.length).toBe(7)
  expect(new Set(refusals)).toEqual(new Set(['SOLD_OUT']))
  expect(await database.booking.count({ where: { eventId: event.id } })).toBe(7)
  expect((await database.event.findUniqueOrThrow({ where: { id: event.id } })).seatsTaken).toBe(7)
})

test('a guest who asks ten times at once has one booking and one seat', async () => {
  const event = await createEvent({ capacity: 5 })
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => bookSeat(database, guest('eager', event.id))),
  )
  const ids = outcomes.map((outcome) => ('booking' in outcome ? outcome.booking.id : outcome.refusal))
  expect(new Set(ids).size).toBe(1)
  expect(outcomes.filter((outcome) => 'isNew' in outcome && outcome.isNew)).toHaveLength(1)
  expect((await database.event.findUniqueOrThrow({ where: { id: event.id } })).seatsTaken).toBe(1)
})

test('a booking is audited', async () => {
  const event = await createEvent({ capacity: 1 })
  const outcome = await bookSeat(database, guest('audited', event.id))
  if ('refusal' in outcome) throw new Error(outcome.refusal)
  const entries = await database.auditEntry.findMany({ where: { subjectId: outcome.booking.id } })
  expect(entries.map(({ action, detail }) => ({ action, detail }))).toEqual([
    { action: 'booking.made', detail: { eventId: event.id } },
  ])
})

test('an event that does not take bookings says why', async () => {
  const cancelled = await createEvent({ capacity: 5, cancelledAt: new Date() })
  const started = await createEvent({ capacity: 5, startsIn: -hour })
  const nowhere = '00000000-0000-4000-8000-000000000000'
  expect(await bookSeat(database, guest(1, cancelled.id))).toEqual({ refusal: 'CANCELLED' })
  expect(await bookSeat(database, guest(1, started.id))).toEqual({ refusal: 'ALREADY_STARTED' })
  expect(await bookSeat(database, guest(1, nowhere))).toEqual({ refusal: 'NO_SUCH_EVENT' })
})
