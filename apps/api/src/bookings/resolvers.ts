import type { IResolvers } from 'mercurius'
import { seatsTopic } from '../events/resolvers.ts'
import { findEvent } from '../events/service.ts'
import { parseInput } from '../graphql/input.ts'
import { type BookSeatOutcome, bookSeat, bookSeatInput } from './service.ts'

interface Payload {
  booking: unknown
  refusal: string | null
  eventId: string
}

export const bookingsResolvers = {
  Mutation: {
    async bookSeat(_root, args: { input: unknown }, { app, pubsub }): Promise<Payload> {
      const input = parseInput(bookSeatInput, args.input)
      const outcome: BookSeatOutcome = await bookSeat(app.database, input)
      if ('refusal' in outcome) return { booking: null, refusal: outcome.refusal, eventId: input.eventId }
      if (outcome.isNew) {
        const { taken: seatsTaken, left: seatsLeft } = outcome.seats
        const seatsChanged = { eventId: input.eventId, seatsTaken, seatsLeft }
        // The booking stands whatever Redis does: subscriptions are best effort, and the workers' sweep finds the booking.
        pubsub.publish({
          topic: seatsTopic(app.environment.REDIS_PREFIX, input.eventId),
          payload: { seatsChanged },
        })
        await app.queues.bookingMade(outcome.booking.id).catch((error: unknown) => {
          app.log.warn({ err: error, bookingId: outcome.booking.id }, 'jobs left to the sweep')
        })
      }
      return { booking: outcome.booking, refusal: null, eventId: input.eventId }
    },
  },
  BookSeatPayload: {
    event: (payload: Payload, _args, { app }) => findEvent(app.database, payload.eventId),
  },
} satisfies IResolvers
