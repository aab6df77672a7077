import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { labelsRule } from './labels.ts'

test('an object without a standard label is refused', () => {
  expect(
    refusals(
      labelsRule,
      changed('Service/api', ['metadata', 'labels', 'app.kubernetes.io/part-of'], undefined),
    ),
  ).toEqual(['Service/api: has no label app.kubernetes.io/part-of'])
})

test('a label with another value is refused', () => {
  expect(
    refusals(
      labelsRule,
      changed('Service/api', ['metadata', 'labels', 'app.kubernetes.io/managed-by'], 'Helm'),
    ),
  ).toEqual(['Service/api: has the label app.kubernetes.io/managed-by: Helm'])
})

test('a version that is no commit is refused', () => {
  expect(
    refusals(labelsRule, changed('Service/api', ['metadata', 'labels', 'app.kubernetes.io/version'], 'v1')),
  ).toEqual(['Service/api: has the label app.kubernetes.io/version: v1, which is no commit'])
})

test('a Pod template without a component is refused', () => {
  expect(
    refusals(
      labelsRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'metadata', 'labels', 'app.kubernetes.io/component'],
        undefined,
      ),
    ),
  ).toEqual(['Rollout/api: spec.template has no label app.kubernetes.io/component'])
})

test('the Job of an analysis needs its version too', () => {
  expect(
    refusals(
      labelsRule,
      changed(
        'AnalysisTemplate/canary',
        [
          'spec',
          'metrics',
          0,
          'provider',
          'job',
          'spec',
          'template',
          'metadata',
          'labels',
          'app.kubernetes.io/version',
        ],
        undefined,
      ),
    ),
  ).toEqual([
    'AnalysisTemplate/canary: spec.metrics[0].provider.job.spec.template has no label app.kubernetes.io/version',
  ])
})
