import { GraphQLScalarType } from 'graphql'
import type { IResolvers } from 'mercurius'
import { parseInput } from '../graphql/input.ts'
import { eventId, findEvent, type ListedEvent, listEvents, listEventsInput } from './service.ts'

const dateTime = new GraphQLScalarType({
  name: 'DateTime',
  description: 'A moment in ISO 8601, UTC.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
})

/** Where `seatsChanged` messages of one event travel. */
export function seatsTopic(prefix: string, id: string): string {
  return `${prefix}/seats/${id}`
}

export const eventsResolvers = {
  DateTime: dateTime,
  Query: {
    events: (_root, args, { app }) => listEvents(app.database, parseInput(listEventsInput, args)),
    event: (_root, args: { id: string }, { app }) => findEvent(app.database, parseInput(eventId, args.id)),
  },
  Event: {
    seatsLeft: (event: ListedEvent) => event.capacity - event.seatsTaken,
    cancelled: (event: ListedEvent) => event.cancelledAt !== null,
  },
  Subscription: {
    seatsChanged: {
      subscribe: (_root, args: { eventId: string }, { app, pubsub }) =>
        pubsub.subscribe(seatsTopic(app.environment.REDIS_PREFIX, parseInput(eventId, args.eventId))),
    },
  },
} satisfies IResolvers
