import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { selectorsRule } from './selectors.ts'

test('a selector that misses its own template is refused', () => {
  expect(
    refusals(
      selectorsRule,
      changed('Rollout/api', ['spec', 'selector', 'matchLabels', 'app.kubernetes.io/component'], 'web'),
    ),
  ).toEqual(['Rollout/api: selects other Pods than those of its template'])
})

test('a selector that also takes the Pods of others is refused', () => {
  expect(
    refusals(
      selectorsRule,
      changed('Rollout/api', ['spec', 'selector', 'matchLabels'], { 'app.kubernetes.io/name': 'shop' }),
    ),
  ).toEqual(['Rollout/api: also selects the Pods of AnalysisTemplate/canary, Job/migrate'])
})

test('a selector by version is refused', () => {
  expect(
    refusals(
      selectorsRule,
      changed(
        'Rollout/api',
        ['spec', 'selector', 'matchLabels', 'app.kubernetes.io/version'],
        'a'.repeat(40),
      ),
    ),
  ).toEqual(['Rollout/api: selects by version, but a selector is immutable'])
})

test('a Service without Pods is refused', () => {
  expect(refusals(selectorsRule, changed('Service/api', ['spec', 'selector'], { app: 'api' }))).toEqual([
    'Service/api: selects no Pod of this environment',
  ])
})

test('a Service whose port no Pod has is refused', () => {
  expect(refusals(selectorsRule, changed('Service/api', ['spec', 'ports', 0, 'targetPort'], 80))).toEqual([
    'Service/api: sends traffic to port 80, which its Pods do not declare',
  ])
})

test('a budget for nothing is refused', () => {
  expect(
    refusals(
      selectorsRule,
      changed('PodDisruptionBudget/api', ['spec', 'selector', 'matchLabels'], { app: 'api' }),
    ),
  ).toEqual(['PodDisruptionBudget/api: protects the Pods of 0 objects'])
})
