import { buildSchema, getIntrospectionQuery, parse } from 'graphql'
import { expect, test } from 'vitest'
import { bookingsSchema } from '../bookings/schema.ts'
import { eventsSchema } from '../events/schema.ts'
import { upcomingEvents } from '../operations/graphql-request.ts'
import { documentLimits } from './limits.ts'
import { measure } from './measure.ts'
import { overLimits } from './refusal.ts'

const schema = buildSchema(eventsSchema + bookingsSchema)
const of = (query: string) => measure(parse(query), schema)
const complexity = (query: string) => of(query).complexity

test('a list counts its fields once per entry that it may have', () => {
  expect(complexity('{ event(id: "1") { id venue { city } } }')).toBe(4)
  expect(complexity('{ events(first: 5) { id title } }')).toBe(11)
  expect(complexity('{ events { id title } }')).toBe(41)
  expect(complexity('query ($n: Int!) { events(first: $n) { id title } }')).toBe(201)
  expect(complexity('{ events(first: 1000000) { id title } }')).toBe(201)
  expect(complexity('{ events(first: -1000000) { id title } }')).toBe(3)
})

test('fragments count wherever they are used, and those that use themselves come to an end', () => {
  expect(
    complexity('{ events(first: 5) { ...E } } fragment E on Event { id venue { ... on Venue { id } } }'),
  ).toBe(16)
  expect(of('{ event(id: "1") { ...E ...E } } fragment E on Event { id }')).toMatchObject({
    depth: 2,
    complexity: 3,
  })
  const cycle = '{ event(id: "1") { ...A } } fragment A on Event { id ...B } fragment B on Event { ...A }'
  expect(of(cycle)).toMatchObject({ depth: 2, complexity: 2 })
  const doubling = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Event { ...F${n + 1} ...F${n + 1} }`,
  )
  expect(complexity(`{ event(id: "1") { ...F0 } } ${doubling.join(' ')} fragment F60 on Event { id }`)).toBe(
    1 + 2 ** 60,
  )
})

test('the greatest operation of a document counts', () => {
  const document =
    'query A { event(id: "1") { venue { id } } } query B { events { id } } query C { __typename }'
  expect(of(document)).toMatchObject({ depth: 3, complexity: 21 })
})

test('what the schema does not know is measured too', () => {
  expect(of('{ nonsense { more { of { it } } } }')).toMatchObject({ depth: 4, complexity: 4 })
})

test('what the product itself asks for is far from the limits of production', () => {
  const limits = documentLimits({ NODE_ENV: 'production' })
  const page = '{ events { id title startsAt seatsLeft venue { name } } }'
  for (const query of [upcomingEvents, page]) {
    expect(overLimits(parse(query), schema, limits)).toEqual([])
    expect(complexity(query)).toBeLessThan(limits.complexity / 4)
  }
})

test("the introspection of developers' tools is within the limits of development", () => {
  expect(
    overLimits(parse(getIntrospectionQuery()), schema, documentLimits({ NODE_ENV: 'development' })),
  ).toEqual([])
})
