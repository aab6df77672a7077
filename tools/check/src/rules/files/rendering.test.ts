import { expect, test } from 'vitest'
import { contextOf, kustomizationAt, manifests, refusals } from '../../testing/example.ts'
import { renderingRule } from './rendering.ts'

const objects = manifests('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}')
const found = (change: object, graph = {}) =>
  refusals(
    renderingRule,
    contextOf(undefined, {
      kustomizations: [{ ...kustomizationAt('platform/a', objects, graph), ...change }],
    }),
  )

test('what builds is accepted', () => {
  expect(found({})).toEqual([])
})

test('what does not build is refused with the reason of kustomize', () => {
  expect(found({ failure: 'no such patch' })).toEqual([
    'platform/a/kustomization.yaml: does not build: no such patch',
  ])
})

test('a file that is not there is named, instead of what it breaks', () => {
  const missing = [{ file: 'platform/a/kustomization.yaml', reference: 'gone.yaml' }]
  expect(found({ failure: 'evalsymlink failure' }, { missing })).toEqual([
    'platform/a/kustomization.yaml: refers to gone.yaml, which does not exist',
  ])
})

test('a kustomization that renders nothing is refused', () => {
  expect(found({ objects: [] })).toEqual(['platform/a/kustomization.yaml: renders no object'])
})
