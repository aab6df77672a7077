export type SecurityHeaderOptions = {
  /** Fresh for every response; base64. */
  readonly nonce: string
  /** True when people reach the app by https: then the browser is told never to use anything else. */
  readonly https: boolean
  /** `next dev` evaluates code and injects styles in the browser. Never true in an image. */
  readonly development: boolean
}

/** The Content-Security-Policy of every response. Next.js reads the nonce back out of it and puts it on its own scripts. */
export const contentSecurityPolicy = ({ nonce, development }: SecurityHeaderOptions): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** All security headers of a response, by lower-case name. */
export const securityHeaders = (options: SecurityHeaderOptions): Readonly<Record<string, string>> => ({
  'content-security-policy': contentSecurityPolicy(options),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(options.https ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
})
