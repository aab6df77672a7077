import { expect, test } from 'vitest'
import type { ClusterApplication } from '../../argo/applications.ts'
import { applicationOn, contextOf, refusals } from '../../testing/example.ts'
import { applicationsRule } from './applications.ts'

const file = 'clusters/base/applicationset-workloads.yaml'
const root = applicationOn('stage', 'cluster')
const found = (...applications: ClusterApplication[]) =>
  refusals(
    applicationsRule,
    contextOf(undefined, { argo: { applications: [root, ...applications], problems: [] } }),
  )

test('an Application like the others is accepted', () => {
  expect(found(applicationOn('stage', 'shop-stage'))).toEqual([])
})

test('one that syncs in another way is refused', () => {
  expect(
    found(
      applicationOn('stage', 'shop-stage', {
        syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
      }),
    ),
  ).toEqual([
    `${file}: Application/shop-stage on cluster stage syncs without ServerSideApply=true`,
    `${file}: Application/shop-stage on cluster stage retries without backoff`,
    `${file}: Application/shop-stage on cluster stage retries the revision that failed, not the one that mends it`,
    `${file}: Application/shop-stage on cluster stage does not heal drift`,
  ])
})

test('one that reads a folder that is not there is refused', () => {
  const source = { repoURL: 'https://example.com/shop.git', path: 'workloads/shop/envs/gone/release' }
  expect(found(applicationOn('stage', 'shop-gone', { source }))).toEqual([
    `${file}: Application/shop-gone on cluster stage reads workloads/shop/envs/gone/release, which is no kustomization that this check renders`,
  ])
})

test('two of one name on one cluster are refused', () => {
  expect(found(applicationOn('stage', 'shop-stage'), applicationOn('stage', 'shop-stage'))).toEqual([
    `${file}: there are two of Application/shop-stage on cluster stage`,
  ])
})

test('a source that does not build is refused with the reason', () => {
  const source = {
    made: root,
    repository: 'https://example.com/up.git',
    path: 'manifests',
    objects: [],
    failure: 'no such patch',
  }
  const context = contextOf(undefined, { argo: { applications: [root], problems: [] }, sources: [source] })
  expect(refusals(applicationsRule, context)).toEqual([
    `${file}: Application/cluster on cluster stage: manifests of https://example.com/up.git does not build: no such patch`,
  ])
})
