import { expect, test } from 'vitest'
import { contextOf, kustomizationAt, refusals } from '../../testing/example.ts'
import { orphansRule } from './orphans.ts'

const found = (...paths: string[]) => {
  const kustomizations = [kustomizationAt('platform/a', [], { files: ['platform/a/kustomization.yaml'] })]
  return refusals(
    orphansRule,
    contextOf(undefined, { kustomizations, texts: paths.map((path) => ({ path, text: '' })) }),
  )
}

test('a file that no kustomization reads is refused', () => {
  expect(found('platform/a/forgotten.yaml')).toEqual([
    'platform/a/forgotten.yaml: is read by no kustomization',
  ])
})

test('a hold holds an environment, and nothing where it stands elsewhere', () => {
  expect(found('workloads/a/envs/prod/release/hold.yaml', 'workloads/a/hold.yaml')).toEqual([
    'workloads/a/envs/prod/release/hold.yaml: is read by no kustomization',
    'workloads/a/hold.yaml: is read by no kustomization',
  ])
})

test('what is read, by kustomize or by others, is accepted', () => {
  const readByOthers = [
    'clusters/prod/workloads/a-prod.yaml',
    'workloads/a/promotion.yaml',
    'platform/a/addon.yaml',
    'workloads/a/envs/prod/hold.yaml',
  ]
  expect(found('platform/a/kustomization.yaml', 'tools/a.ts', ...readByOthers)).toEqual([])
})
