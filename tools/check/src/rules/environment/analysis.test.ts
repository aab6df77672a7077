import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { analysisRule } from './analysis.ts'

test('a metric without a count is refused', () => {
  expect(
    refusals(analysisRule, changed('AnalysisTemplate/canary', ['spec', 'metrics', 0, 'count'], undefined)),
  ).toEqual(['AnalysisTemplate/canary: metric canary-check has no count'])
})

test('a metric without a failure limit is refused', () => {
  expect(
    refusals(
      analysisRule,
      changed('AnalysisTemplate/canary', ['spec', 'metrics', 0, 'failureLimit'], undefined),
    ),
  ).toEqual(['AnalysisTemplate/canary: metric canary-check has no failureLimit'])
})

test('a Job without an end is refused', () => {
  expect(
    refusals(
      analysisRule,
      changed(
        'AnalysisTemplate/canary',
        ['spec', 'metrics', 0, 'provider', 'job', 'spec', 'activeDeadlineSeconds'],
        undefined,
      ),
    ),
  ).toEqual(['AnalysisTemplate/canary: metric canary-check runs a Job without an end'])
})

test('a query that passes on an empty answer is refused', () => {
  expect(
    refusals(
      analysisRule,
      changed('AnalysisTemplate/canary', ['spec', 'metrics', 0], {
        name: 'errors',
        count: 1,
        failureLimit: 0,
        successCondition: 'result[0] < 0.01',
        provider: { prometheus: {} },
      }),
    ),
  ).toEqual(['AnalysisTemplate/canary: metric errors does not guard against an empty or NaN answer'])
})

test('a template that is not there is refused', () => {
  expect(
    refusals(
      analysisRule,
      changed(
        'Rollout/api',
        ['spec', 'strategy', 'canary', 'steps', 1, 'analysis', 'templates', 0, 'templateName'],
        'gone',
      ),
    ),
  ).toEqual(['Rollout/api: uses AnalysisTemplate gone, which is not in this environment'])
})

test('an argument that is not given is refused', () => {
  expect(
    refusals(
      analysisRule,
      changed(
        'Rollout/api',
        ['spec', 'strategy', 'canary', 'steps', 1, 'analysis', 'args'],
        [{ name: 'other', value: '' }],
      ),
    ),
  ).toEqual([
    'Rollout/api: gives AnalysisTemplate canary no argument target',
    'Rollout/api: gives AnalysisTemplate canary an argument other that it does not take',
  ])
})

test('steps without analysis are refused', () => {
  expect(
    refusals(
      analysisRule,
      changed('Rollout/api', ['spec', 'strategy', 'canary', 'steps'], [{ setWeight: 10 }]),
    ),
  ).toEqual(['Rollout/api: goes step by step without any analysis'])
})
