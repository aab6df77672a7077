import { expect, test } from 'vitest'
import type { ClusterApplication } from '../../argo/applications.ts'
import { applicationOn, contextOf, refusals } from '../../testing/example.ts'
import { localParityRule } from './local-parity.ts'

const found = (...applications: ClusterApplication[]) =>
  refusals(localParityRule, contextOf(undefined, { argo: { applications, problems: [] } }))
const where = 'clusters/base/applicationset-workloads.yaml'

test('an environment that is the same on both clusters is accepted', () => {
  expect(found(applicationOn('local', 'shop-stage'), applicationOn('stage', 'shop-stage'))).toEqual([])
})

test('an environment that the local cluster does not have is refused', () => {
  expect(found(applicationOn('stage', 'shop-stage'))).toEqual([
    `${where}: Application shop-stage of cluster stage is not on the local cluster`,
  ])
})

test('an environment that reads something else on the local cluster is refused', () => {
  const local = applicationOn('local', 'shop-stage', {
    source: { repoURL: 'https://example.com/shop.git', path: 'clusters/local/shop' },
  })
  expect(found(local, applicationOn('stage', 'shop-stage'))).toEqual([
    `${where}: Application shop-stage reads something else on the local cluster than on stage`,
  ])
})

test('a workload that speaks of the local cluster is refused', () => {
  const texts = [{ path: 'workloads/shop/base/a.yaml', text: 'a: 1\nhost: redis.stand-ins.svc\n' }]
  expect(refusals(localParityRule, contextOf(undefined, { texts }))).toEqual([
    'workloads/shop/base/a.yaml: line 2: speaks of the local cluster ("stand-ins")',
  ])
})
