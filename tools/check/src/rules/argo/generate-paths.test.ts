import { expect, test } from 'vitest'
import { applicationOn, contextOf, example, kustomizationAt, put, refusals } from '../../testing/example.ts'
import { generatePathsRule, listedPaths } from './generate-paths.ts'

const path = 'workloads/shop/envs/stage/release'
const found = (value: string | undefined, ...files: string[]) => {
  const made = applicationOn('stage', 'shop-stage')
  put(made.application, ['metadata', 'annotations', 'argocd.argoproj.io/manifest-generate-paths'], value)
  const kustomizations = [
    kustomizationAt(path, example().release, { files: [`${path}/release.yaml`, ...files] }),
  ]
  return refusals(
    generatePathsRule,
    contextOf(undefined, { kustomizations, argo: { applications: [made], problems: [] } }),
  )
}
const where = 'clusters/base/applicationset-workloads.yaml: Application/shop-stage on cluster stage'

test('a list of exactly what is read is accepted', () => {
  expect(
    found('.;/workloads/shop/base', 'workloads/shop/base/a.yaml', 'workloads/shop/base/patches/b.yaml'),
  ).toEqual([])
})

test('a folder that is read but not listed is refused', () => {
  expect(found('.', 'workloads/shop/base/a.yaml', 'workloads/shop/base/b.yaml')).toEqual([
    `${where} reads workloads/shop/base, but a change of it starts no sync`,
  ])
})

test('a folder that is listed but not read is refused', () => {
  expect(found('.;/workloads/shop/basement', 'workloads/shop/envs/stage/release/a.yaml')).toEqual([
    `${where} lists workloads/shop/basement, of which it reads nothing`,
  ])
})

test('a list that is missing is refused', () => {
  expect(found(undefined)).toEqual([`${where} is rendered at every commit`])
})

test('relative entries count from the source, absolute ones from the root', () => {
  expect(listedPaths('.;../shared;/base/', 'a/b')).toEqual(['a/b', 'a/shared', 'base'])
})
