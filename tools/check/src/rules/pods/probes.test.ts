import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { probesRule } from './probes.ts'

test('a service without a readiness probe is refused', () => {
  expect(
    refusals(
      probesRule,
      changed('Rollout/api', ['spec', 'template', 'spec', 'containers', 0, 'readinessProbe'], undefined),
    ),
  ).toEqual(['Rollout/api: container api has no readinessProbe'])
})

test('a probe of a port that is not there is refused', () => {
  expect(
    refusals(
      probesRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'livenessProbe', 'httpGet', 'port'],
        8080,
      ),
    ),
  ).toEqual(['Rollout/api: container api: livenessProbe asks port 8080, which it does not declare'])
})

test('a task needs no probe', () => {
  expect(
    refusals(
      probesRule,
      changed('Job/migrate', ['spec', 'template', 'spec', 'containers', 0, 'readinessProbe'], undefined),
    ),
  ).toEqual([])
})
