import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { autoscalingRule } from './autoscaling.ts'

test('an autoscaler of nothing is refused', () => {
  expect(
    refusals(
      autoscalingRule,
      changed('HorizontalPodAutoscaler/api', ['spec', 'scaleTargetRef', 'kind'], 'Deployment'),
    ),
  ).toEqual([
    'HorizontalPodAutoscaler/api: scales argoproj.io/v1alpha1 Deployment/api, which is not in this environment',
  ])
})

test('a fixed number of replicas beside an autoscaler is refused', () => {
  expect(refusals(autoscalingRule, changed('Rollout/api', ['spec', 'replicas'], 2))).toEqual([
    'Rollout/api: sets spec.replicas, which HorizontalPodAutoscaler/api also sets',
  ])
})

test('bounds the wrong way round are refused', () => {
  expect(
    refusals(autoscalingRule, changed('HorizontalPodAutoscaler/api', ['spec', 'minReplicas'], 3)),
  ).toEqual(['HorizontalPodAutoscaler/api: minReplicas 3 is above maxReplicas 2'])
})
