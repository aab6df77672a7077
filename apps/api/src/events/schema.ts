export const eventsSchema = /* GraphQL */ `
  "A moment in ISO 8601, UTC."
  scalar DateTime

  type Venue {
    id: ID!
    name: String!
    city: String!
    latitude: Float!
    longitude: Float!
  }

  type Event {
    id: ID!
    title: String!
    description: String!
    startsAt: DateTime!
    endsAt: DateTime!
    capacity: Int!
    seatsTaken: Int!
    seatsLeft: Int!
    cancelled: Boolean!
    venue: Venue!
    "Metres from the place that was searched; null when no place was."
    distanceMetres: Float
  }

  "A circle on the map."
  input NearInput {
    latitude: Float!
    longitude: Float!
    "At most 500000."
    radiusMetres: Float! = 50000
  }

  type SeatsChanged {
    eventId: ID!
    seatsTaken: Int!
    seatsLeft: Int!
  }

  type Query {
    "Events that are still to come and not cancelled: the nearest first when a place is given, else the soonest first."
    events(near: NearInput, first: Int! = 20): [Event!]!
    event(id: ID!): Event
  }

  type Subscription {
    "Sends the seats of an event each time somebody books one. Best effort: ask again after reconnecting."
    seatsChanged(eventId: ID!): SeatsChanged!
  }
`
