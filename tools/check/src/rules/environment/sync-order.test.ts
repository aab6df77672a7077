import { expect, test } from 'vitest'
import type { Manifest } from '../../manifest.ts'
import { changed, contextOf, example, pick, put, refusals } from '../../testing/example.ts'
import { syncOrderRule } from './sync-order.ts'

const wave = ['metadata', 'annotations', 'argocd.argoproj.io/sync-wave']

/** A copy of an example object under another name, kind and component, in a wave. */
function added(from: string, kind: string, name: string, inWave: string) {
  const environment = example()
  const copy: Manifest = { ...structuredClone(pick(environment, from)), kind }
  put(copy, ['metadata', 'name'], name)
  put(copy, ['spec', 'template', 'metadata', 'labels', 'app.kubernetes.io/component'], name)
  put(copy, wave, inWave)
  put(pick(environment, 'Rollout/api'), wave, '1')
  put(pick(environment, 'Job/migrate'), wave, '1')
  return contextOf({ ...environment, release: [...environment.release, copy] })
}

test('a worker that rolls after the api, and a snapshot before the migration, are accepted', () => {
  expect(refusals(syncOrderRule, added('Rollout/api', 'Deployment', 'worker', '2'))).toEqual([])
  expect(refusals(syncOrderRule, added('Job/migrate', 'Job', 'snapshot', '0'))).toEqual([])
})

test('a worker that rolls beside the api is refused', () => {
  expect(refusals(syncOrderRule, added('Rollout/api', 'Deployment', 'worker', '1'))).toEqual([
    'Deployment/worker: rolls in wave 1, before Rollout/api of wave 1 is stable',
  ])
})

test('a snapshot beside the migration is refused', () => {
  expect(refusals(syncOrderRule, added('Job/migrate', 'Job', 'snapshot', '1'))).toEqual([
    'Job/snapshot: runs in wave 1, not before Job/migrate of wave 1',
  ])
})

test('a migration after the sync is refused', () => {
  expect(
    refusals(
      syncOrderRule,
      changed('Job/migrate', ['metadata', 'annotations', 'argocd.argoproj.io/hook'], 'PostSync'),
    ),
  ).toEqual(['Job/migrate: does not run before what it is for'])
})
