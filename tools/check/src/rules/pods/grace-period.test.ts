import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { gracePeriodRule } from './grace-period.ts'

test('a grace period that ends before the drain is refused', () => {
  expect(
    refusals(
      gracePeriodRule,
      changed('Rollout/api', ['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], 45),
    ),
  ).toEqual(['Rollout/api: container api has 45 s to stop but waits 15 s and drains up to 30 s'])
})

test('the default of 30 seconds is refused', () => {
  expect(
    refusals(
      gracePeriodRule,
      changed('Rollout/api', ['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], undefined),
    ),
  ).toEqual(['Rollout/api: container api has 30 s to stop but waits 15 s and drains up to 30 s'])
})

test('waiting by a shell is refused', () => {
  expect(
    refusals(
      gracePeriodRule,
      changed('Rollout/api', ['spec', 'template', 'spec', 'containers', 0, 'lifecycle', 'preStop'], {
        exec: { command: ['sleep', '15'] },
      }),
    ),
  ).toEqual(['Rollout/api: container api waits by running a program, which its image may not have'])
})
