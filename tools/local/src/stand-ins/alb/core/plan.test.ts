import { expect, test } from 'vitest'
import { balancerOf, forward, group, rule } from '../testing/harness.ts'
import type { Target } from './model.ts'
import { plan } from './plan.ts'
import { type Rendered, render } from './render.ts'

const OPTIONS = { directory: '/run/alb', http: ':80', https: ':443', certificate: '/tls/tls.crt' }
const [A, B]: [Target, Target] = [target('10.0.0.1'), target('10.0.0.2')]
const NONE = new Set<string>()

function target(address: string): Target {
  return { id: `${address}:4000`, address, port: 4000 }
}

function rendered(targets: Target[], canary = 10, interval = 5): Rendered {
  const healthCheck = { ...group('x', []).healthCheck, intervalSeconds: interval }
  const rules = [rule('api.appname.example', forward({ ping: canary, pong: 100 - canary }))]
  return render(balancerOf(rules, group('ping', targets, { healthCheck }), group('pong', [])), OPTIONS)
}

test('the same again is nothing', () => {
  expect(plan(rendered([A]), rendered([A]), NONE)).toEqual({ kind: 'nothing' })
})

test('targets are added before others are drained, without a reload', () => {
  const steps = plan(rendered([A]), rendered([B]), NONE)
  expect(steps).toMatchObject({
    kind: 'update',
    steps: [
      { kind: 'add', group: 'ping', server: '10.0.0.2:4000' },
      { kind: 'drain', group: 'ping', server: '10.0.0.1:4000' },
    ],
  })
})

test('a target that is still draining is resumed, not added', () => {
  const draining = new Set(['ping/10.0.0.1:4000'])
  expect(plan(rendered([]), rendered([A]), draining)).toMatchObject({ steps: [{ kind: 'resume' }] })
})

test('weights change in place', () => {
  const changed = plan(rendered([A], 10), rendered([A], 20), NONE)
  expect(changed).toMatchObject({ kind: 'update', steps: [{ kind: 'weights', map: '/run/alb/a0.map' }] })
})

test('a changed health check of a present target, or another rule, is a reload', () => {
  expect(plan(rendered([A]), rendered([A], 10, 6), NONE)).toEqual({ kind: 'reload' })
  const other = render(
    balancerOf([rule('other.appname.example', forward({ ping: 1 }))], group('ping', [A])),
    OPTIONS,
  )
  expect(plan(rendered([A]), other, NONE)).toEqual({ kind: 'reload' })
})
