import { setTimeout as sleep } from 'node:timers/promises'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { auditArchiveHandlers } from '../audit/archive.ts'
import { bookSeat } from '../bookings/service.ts'
import { createDatabase, type Database } from '../database.ts'
import { feedbackHandlers } from '../feedback/feedback.ts'
import { createMetrics } from '../observability/metrics.ts'
import { remindersHandlers } from '../reminders/reminders.ts'
import { createQueues } from './queues.ts'
import { runJob, startWorker } from './worker.ts'

let testEnvironment: TestEnvironment
let database: Database

beforeAll(async () => {
  testEnvironment = await createTestEnvironment()
  database = createDatabase(testEnvironment.databaseUrl)
})

afterAll(async () => {
  await database?.$disconnect()
  await testEnvironment?.remove()
})

async function book(guest: string): Promise<string> {
  const event = await database.event.findFirstOrThrow({ orderBy: { startsAt: 'asc' } })
  const outcome = await bookSeat(database, {
    eventId: event.id,
    guestName: guest,
    guestEmail: `${guest}@example.org`,
  })
  if ('refusal' in outcome) throw new Error(outcome.refusal)
  return outcome.booking.id
}

const later = (days: number) => new Date(Date.now() + days * 24 * 3_600_000)
const reminders = (bookingId: string) =>
  database.reminder.findMany({ where: { bookingId }, orderBy: { dueAt: 'asc' } })

test('a reminders job that is delivered twice, even at once, leaves what one leaves', async () => {
  const bookingId = await book('twice')
  const job = { name: 'booking' as const, data: { bookingId } }
  await Promise.all([1, 2, 3].map(() => runJob(remindersHandlers, database, job)))
  const left = await reminders(bookingId)
  expect(left.map(({ kind, sentAt }) => ({ kind, sent: sentAt !== null }))).toEqual([
    { kind: 'confirmation', sent: true },
    { kind: 'day-before', sent: false },
    { kind: 'hour-before', sent: false },
  ])
  expect(await runJob(remindersHandlers, database, job)).toBe(0)
  expect(await reminders(bookingId)).toEqual(left)
})

test('the sweep finds a booking whose job was lost, and sends what has become due, once', async () => {
  const bookingId = await book('lost')
  await remindersHandlers.sweep(database, new Date())
  expect((await reminders(bookingId)).filter(({ sentAt }) => sentAt !== null)).toHaveLength(1)
  await remindersHandlers.sweep(database, later(100))
  const sent = await reminders(bookingId)
  expect(sent.filter(({ sentAt }) => sentAt !== null)).toHaveLength(3)
  await remindersHandlers.sweep(database, later(101))
  expect(await reminders(bookingId)).toEqual(sent)
})

test('feedback is planned when a seat is booked and asked for once, after the event', async () => {
  const bookingId = await book('asked')
  const job = { name: 'booking' as const, data: { bookingId } }
  await Promise.all([1, 2].map(() => runJob(feedbackHandlers, database, job)))
  const planned = await database.feedbackRequest.findUniqueOrThrow({ where: { bookingId } })
  expect(planned.askedAt).toBeNull()
  await feedbackHandlers.sweep(database, later(100))
  const asked = await database.feedbackRequest.findUniqueOrThrow({ where: { bookingId } })
  expect(asked.askedAt).not.toBeNull()
  await feedbackHandlers.sweep(database, later(101))
  expect(await database.feedbackRequest.findUniqueOrThrow({ where: { bookingId } })).toEqual(asked)
})

test('each audit entry is archived by exactly one of two sweeps at once', async () => {
  await book('audited')
  const open = await database.auditEntry.count({ where: { archivedAt: null } })
  const { sweep } = auditArchiveHandlers(1_000)
  const changed = await Promise.all([sweep(database, new Date()), sweep(database, new Date())])
  expect(open).toBeGreaterThan(0)
  expect(changed[0] + changed[1]).toBe(open)
  expect(await database.auditEntry.count({ where: { archivedAt: null } })).toBe(0)
})

test('a worker takes the job that a booking queued, counts it, and closes cleanly', async () => {
  const { environment } = testEnvironment
  const metrics = createMetrics({ component: 'test', version: 'test' })
  const { log } = fastify()
  const queues = createQueues(environment, () => {})
  const worker = await startWorker(remindersHandlers, { environment, database, metrics, log })
  const bookingId = await book('queued')
  await queues.bookingMade(bookingId)
  await expect.poll(async () => (await reminders(bookingId)).length, { timeout: 10_000 }).toBe(3)
  await expect
    .poll(() => metrics.registry.getSingleMetricAsString('bullmq_jobs_total'))
    .toMatch(/queue="reminders",status="completed"/)
  await worker.close()
  const after = await book('after')
  await queues.bookingMade(after)
  await sleep(300)
  expect(await reminders(after)).toEqual([])
  await queues.close()
})
