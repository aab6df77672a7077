import type { EventSummary } from './list-events.ts'

const date = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

const seats = (left: number): string => {
  if (left <= 0) return 'Sold out'
  return left === 1 ? '1 seat left' : `${left} seats left`
}

const EventCard = ({ event }: { event: EventSummary }) => {
  const start = new Date(event.startsAt)
  return (
    <li className="event">
      <h3>{event.title}</h3>
      <dl>
        <div>
          <dt>When</dt>
          <dd>
            <time dateTime={start.toISOString()}>{`${date.format(start)}, ${time.format(start)} UTC`}</time>
          </dd>
        </div>
        <div>
          <dt>Where</dt>
          <dd>{event.venue.name}</dd>
        </div>
      </dl>
      <p className={event.seatsLeft > 0 ? 'seats' : 'seats seats-none'}>{seats(event.seatsLeft)}</p>
    </li>
  )
}

/** The upcoming events as a list of cards, or a sentence saying that there are none. Times are shown in UTC. */
export const EventList = ({ events }: { events: readonly EventSummary[] }) =>
  events.length === 0 ? (
    <p className="notice">No events yet. Come back soon.</p>
  ) : (
    // biome-ignore lint/a11y/noRedundantRoles: Safari drops the list semantics of a list without markers
    <ul className="events" role="list">
      {events.map((event) => (
        <EventCard key={event.id} event={event} />
      ))}
    </ul>
  )
