import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { environment } from '../environment.ts'
import './globals.css'

export const generateMetadata = async (): Promise<Metadata> => {
  await connection()
  return {
    metadataBase: new URL(environment().APP_URL),
    title: { default: 'appname: meet-ups near you', template: '%s · appname' },
    description: 'Find a meet-up and book your seat.',
  }
}

export const viewport: Viewport = { colorScheme: 'light dark' }

const RootLayout = async ({ children }: { children: ReactNode }) => {
  // Every page waits for a request: a page rendered at build time would carry no nonce and the build machine's configuration.
  await connection()
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <header className="site">
          <a href="/" className="brand">
            appname
          </a>
        </header>
        <main id="content">{children}</main>
        <footer className="site">
          <p>
            Version <code>{environment().APP_VERSION.slice(0, 12)}</code>
          </p>
        </footer>
      </body>
    </html>
  )
}

export default RootLayout
