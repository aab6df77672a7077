import { type NextRequest, NextResponse } from 'next/server'
import { environment } from './environment.ts'
import { securityHeaders } from './security-headers.ts'

/**
 * Runs before every response, static files included (so there is no `matcher`): names the release that answered, and sets the
 * security headers. Both depend on the environment, so neither can stand in next.config.ts, which is read at build time.
 */
export const proxy = (request: NextRequest): NextResponse => {
  const { APP_URL, APP_VERSION } = environment()
  const headers = securityHeaders({
    nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64'),
    https: APP_URL.startsWith('https:'),
    development: process.env.NODE_ENV === 'development',
  })

  const forwarded = new Headers(request.headers)
  const policy = headers['content-security-policy']
  if (policy) forwarded.set('content-security-policy', policy)

  const response = NextResponse.next({ request: { headers: forwarded } })
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  response.headers.set('x-appname-version', APP_VERSION)
  return response
}
