import type { Metadata } from 'next'
import { environment } from '../environment.ts'
import { EventList } from '../events/event-list.tsx'
import { listEvents } from '../events/list-events.ts'
import { logger } from '../logger.ts'

export const metadata: Metadata = { alternates: { canonical: '/' } }

const HomePage = async () => {
  const list = await listEvents({ apiUrl: environment().API_URL })
  if (!list.ok) logger().warn({ problem: list.problem }, 'the API gave no list of events')
  return (
    <>
      <h1>Find your next meet-up</h1>
      <section aria-labelledby="upcoming">
        <h2 id="upcoming">Upcoming events</h2>
        {list.ok ? <EventList events={list.events} /> : <EventsUnavailable />}
      </section>
    </>
  )
}

/** The details are for the log; a visitor learns what to do. */
const EventsUnavailable = () => (
  <div className="notice notice-problem" role="alert">
    <p>
      <strong>We cannot load the events right now.</strong>
    </p>
    <p>
      It is not you, it is us. Please <a href="/">try again</a> in a minute.
    </p>
  </div>
)

export default HomePage
