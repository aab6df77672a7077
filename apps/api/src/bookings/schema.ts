export const bookingsSchema = /* GraphQL */ `
  type Booking {
    id: ID!
    eventId: ID!
    guestName: String!
    guestEmail: String!
    createdAt: DateTime!
  }

  input BookSeatInput {
    eventId: ID!
    guestName: String!
    guestEmail: String!
  }

  enum BookingRefusal {
    NO_SUCH_EVENT
    SOLD_OUT
    CANCELLED
    ALREADY_STARTED
  }

  type BookSeatPayload {
    "The guest's booking; the same one when the guest asks again. Null when refused."
    booking: Booking
    "Why there is no booking. Null when there is one."
    refusal: BookingRefusal
    event: Event
  }

  type Mutation {
    bookSeat(input: BookSeatInput!): BookSeatPayload!
  }
`
