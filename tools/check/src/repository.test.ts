import { expect, test } from 'vitest'
import { findRoots, readManifestFiles, roleOf } from './repository.ts'
import { folderWith } from './testing/folder.ts'

test.each([
  ['workloads/shop/envs/stage/release', { kind: 'release', workload: 'shop', environment: 'stage' }],
  ['workloads/shop/envs/stage/namespace', { kind: 'namespace', workload: 'shop', environment: 'stage' }],
  ['workloads/shop/envs/stage/release/environment', { kind: 'other' }],
  ['workloads/shop/base/release', { kind: 'other' }],
  ['clusters/prod', { kind: 'cluster', cluster: 'prod' }],
  ['clusters/base', { kind: 'other' }],
  ['clusters/local/stand-ins', { kind: 'stand-ins' }],
  ['platform/argo-cd', { kind: 'platform', addOn: 'argo-cd' }],
])('%s is %j', (folder, role) => {
  expect(roleOf(folder)).toEqual(role)
})

test('roots are what nothing else includes, and everything whose path says so', () => {
  const root = folderWith({
    'workloads/shop/envs/stage/release/kustomization.yaml': 'kind: Component\nresources: [environment]\n',
    'workloads/shop/envs/stage/release/environment/kustomization.yaml':
      'resources: [../../../../base/release]\ncomponents: [../../../../components/canary]\n',
    'workloads/shop/base/release/kustomization.yaml': 'resources: []\n',
    'workloads/shop/base/unused/kustomization.yaml': 'resources: []\n',
    'workloads/shop/components/canary/kustomization.yaml': 'kind: Component\n',
    'platform/extra/deep/kustomization.yaml': 'resources: []\n',
  })
  expect(findRoots(root, readManifestFiles(root))).toEqual([
    'workloads/shop/envs/stage/release',
    'platform/extra/deep',
  ])
})
