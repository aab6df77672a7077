import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { canaryRule } from './canary.ts'

test('a Rollout without traffic routing is refused', () => {
  expect(
    refusals(canaryRule, changed('Rollout/api', ['spec', 'strategy', 'canary', 'trafficRouting'], undefined)),
  ).toEqual(['Rollout/api: routes no share of traffic to its canary'])
})

test('one without ping and pong is refused', () => {
  expect(
    refusals(canaryRule, changed('Rollout/api', ['spec', 'strategy', 'canary', 'pingPong'], undefined)),
  ).toEqual([
    'Rollout/api: has no ping and pong Services: requests fail while targets drain',
    'Rollout/api: needs three different Services: root, ping and pong',
  ])
})

test('a Service that is not there is refused', () => {
  expect(
    refusals(
      canaryRule,
      changed('Rollout/api', ['spec', 'strategy', 'canary', 'pingPong', 'pingService'], 'gone'),
    ),
  ).toEqual(['Rollout/api: its ping Service gone is not in this environment'])
})

test('a selector of ping in git is refused', () => {
  expect(refusals(canaryRule, changed('Service/api-ping', ['spec', 'selector'], { app: 'api' }))).toEqual([
    'Service/api-ping: has a selector in git, which every sync puts over the one that Argo Rollouts writes',
  ])
})

test('a port that no Service listens on is refused', () => {
  expect(refusals(canaryRule, changed('Service/api', ['spec', 'ports', 0, 'port'], 80))).toEqual([
    'Service/api: does not listen on port 4000, where Rollout/api sends traffic',
  ])
})

test('an Ingress that is not there is refused', () => {
  expect(
    refusals(
      canaryRule,
      changed('Rollout/api', ['spec', 'strategy', 'canary', 'trafficRouting', 'alb', 'ingress'], 'gone'),
    ),
  ).toEqual(['Rollout/api: its Ingress gone is not in this environment'])
})

test('an Ingress that goes past the weights is refused', () => {
  expect(
    refusals(
      canaryRule,
      changed('Ingress/shop', ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port'], {
        number: 4000,
      }),
    ),
  ).toEqual(["Ingress/shop: sends traffic straight to Service api, past the canary's weights"])
})

test('an Ingress without the root Service is refused', () => {
  expect(
    refusals(
      canaryRule,
      changed(
        'Ingress/shop',
        ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'],
        'api-ping',
      ),
    ),
  ).toEqual(['Ingress/shop: has no rule for Service api, the root Service of Rollout/api'])
})
