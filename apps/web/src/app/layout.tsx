import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { environment } from '../environment.ts'
import './globals.css'

export const generateMetadata = async (): Promise<Metadata> => {
  await connection()
  return {
    metadataBase: new URL(environment().APP_URL),
    title: { default: 'appname: find your next meet-up', template: '%s · appname' },
    description: 'Meet-ups near you: see what is on and how many seats are left.',
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
