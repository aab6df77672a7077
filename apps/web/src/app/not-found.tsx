import type { Metadata } from 'next'

export const metadata: Metadata = { title: 'Page not found' }

const NotFoundPage = () => (
  <>
    <h1>Page not found</h1>
    <p>
      There is nothing at this address. <a href="/">See the upcoming events</a>.
    </p>
  </>
)

export default NotFoundPage
