import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { EventList } from './event-list.tsx'

const event = {
  id: '1',
  title: 'Evening',
  startsAt: '2027-07-01T18:30:00+02:00',
  seatsLeft: 2,
  venue: { name: 'Hall' },
}

it.each([
  [2, '2 seats left'],
  [1, '1 seat left'],
  [0, 'Sold out'],
  [-1, 'Sold out'],
])('says for %d seats left: %s', (seatsLeft, words) => {
  expect(renderToStaticMarkup(<EventList events={[{ ...event, seatsLeft }]} />)).toContain(`>${words}</p>`)
})

it('shows the start in UTC, whatever the offset and the machine', () => {
  expect(renderToStaticMarkup(<EventList events={[event]} />)).toContain(
    '<time dateTime="2027-07-01T16:30:00.000Z">Thu, 1 July 2027, 16:30 UTC</time>',
  )
})

it('says so when there is none', () => {
  expect(renderToStaticMarkup(<EventList events={[]} />)).toBe(
    '<p class="notice">No events yet. Come back soon.</p>',
  )
})
