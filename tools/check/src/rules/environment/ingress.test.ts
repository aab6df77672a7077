import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { ingressRule } from './ingress.ts'

test('the annotation that Rollouts writes is refused in git', () => {
  expect(
    refusals(
      ingressRule,
      changed('Ingress/shop', ['metadata', 'annotations'], { 'alb.ingress.kubernetes.io/actions.api': '{}' }),
    ),
  ).toEqual([
    'Ingress/shop: holds alb.ingress.kubernetes.io/actions.api, which Argo Rollouts writes at run time',
  ])
})

test('a backend that is not there is refused', () => {
  expect(
    refusals(
      ingressRule,
      changed('Ingress/shop', ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'], 'web'),
    ),
  ).toEqual(['Ingress/shop: sends traffic to Service web, which is not in this environment'])
})

test('a port that its Service does not have is refused', () => {
  expect(
    refusals(
      ingressRule,
      changed('Ingress/shop', ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port'], {
        number: 3000,
      }),
    ),
  ).toEqual(['Ingress/shop: Service api has no port 3000'])
})

test('an annotation that nothing writes is refused', () => {
  expect(
    refusals(
      ingressRule,
      changed(
        'Ingress/shop',
        ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'],
        'api-ping',
      ),
    ),
  ).toEqual(['Ingress/shop: backend api-ping uses an annotation that nothing writes'])
})
