import { expect, test } from 'vitest'
import type { JsonObject } from '../../manifest.ts'
import { contextOf, example, kustomizationAt, refusals } from '../../testing/example.ts'
import { patchesRule } from './patches.ts'

const found = (kustomization: JsonObject) => {
  const kustomizations = new Map([['release/kustomization.yaml', kustomization]])
  return refusals(
    patchesRule,
    contextOf(undefined, {
      kustomizations: [kustomizationAt('release', example().release, { kustomizations })],
    }),
  )
}

test('a patch that selects nothing is refused', () => {
  expect(found({ patches: [{ target: { kind: 'Deployment' }, patch: '' }] })).toEqual([
    'release/kustomization.yaml: patches {"kind":"Deployment"}, which selects no object',
  ])
})

test('an image that nothing uses is refused', () => {
  expect(found({ images: [{ name: 'shop-web' }] })).toEqual([
    'release/kustomization.yaml: sets image shop-web, which no Pod uses',
  ])
})

test('patches and images that change something are accepted', () => {
  const newName = '000000000000.dkr.ecr.eu-central-1.amazonaws.com/shop-api'
  expect(
    found({
      patches: [{ target: { kind: 'Deployment|Rollout', name: 'a.*' } }],
      images: [{ name: 'shop-api', newName }],
    }),
  ).toEqual([])
})
