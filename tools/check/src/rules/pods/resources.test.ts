import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { resourcesRule } from './resources.ts'

test('a container without a memory limit is refused', () => {
  expect(
    refusals(
      resourcesRule,
      changed('Rollout/api', ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits'], undefined),
    ),
  ).toEqual(['Rollout/api: container api has no resources.limits.memory'])
})

test('the Job of an analysis needs requests too', () => {
  expect(
    refusals(
      resourcesRule,
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
          'spec',
          'containers',
          0,
          'resources',
          'requests',
          'cpu',
        ],
        undefined,
      ),
    ),
  ).toEqual(['AnalysisTemplate/canary: container canary-check has no resources.requests.cpu'])
})
