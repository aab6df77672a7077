import { expect, it } from 'vitest'
import { securityHeaders } from './security-headers.ts'

const production = { nonce: 'bm9uY2U=', https: true, development: false }

it('lets only scripts and styles with the nonce run, and nothing come from elsewhere', () => {
  expect(securityHeaders(production)['content-security-policy']).toBe(
    "default-src 'self'; script-src 'self' 'nonce-bm9uY2U=' 'strict-dynamic'; style-src 'self' 'nonce-bm9uY2U='; img-src 'self' data:; " +
      "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  )
})

it('insists on https only where the app is reached by https', () => {
  expect(securityHeaders(production)).toHaveProperty('strict-transport-security')
  expect(securityHeaders({ ...production, https: false })).not.toHaveProperty('strict-transport-security')
})

it('allows what the development server needs in development alone', () => {
  expect(securityHeaders({ ...production, development: true })['content-security-policy']).toContain(
    "'unsafe-eval'",
  )
  expect(securityHeaders(production)['content-security-policy']).not.toContain('unsafe')
})
