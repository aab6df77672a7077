import { expect, it } from 'vitest'
import { securityHeaders } from './security-headers.ts'

const production = { nonce: 'bm9uY2U=', https: true, development: false }

it('lets only scripts and styles with the nonce run, and nothing come from elsewhere', () => {
  expect(securityHeaders(production)['content-security-policy']).toBe(
    "default-src 'self'; script-src 'self' 'nonce-bm9uY2U=' 'strict-dynamic'; style-src 'self' 'nonce-bm9uY2U='; img-src 'self' data:; " +
      "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
      'upgrade-insecure-requests',
  )
})

it('insists on https only where the app is reached by https', () => {
  const { 'content-security-policy': policy, ...rest } = securityHeaders({ ...production, https: false })
  expect(policy).not.toContain('upgrade-insecure-requests')
  expect(rest).not.toHaveProperty('strict-transport-security')
  expect(securityHeaders(production)).toHaveProperty('strict-transport-security')
})

it('allows what the development server needs in development alone', () => {
  expect(securityHeaders({ ...production, development: true })['content-security-policy']).toContain(
    "'unsafe-eval'",
  )
  expect(securityHeaders(production)['content-security-policy']).not.toContain('unsafe')
})
