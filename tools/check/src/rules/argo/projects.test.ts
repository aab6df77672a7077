import { expect, test } from 'vitest'
import {
  applicationOn,
  clusterAt,
  contextOf,
  example,
  kustomizationAt,
  refusals,
} from '../../testing/example.ts'
import { projectsRule } from './projects.ts'

const project = `
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: workloads}
spec:
  sourceRepos: [https://example.com/shop.git]
  destinations: [{server: https://kubernetes.default.svc, namespace: shop-stage}]
  clusterResourceWhitelist: [{group: '', kind: Namespace, name: shop-*}]
  namespaceResourceWhitelist: [{group: '', kind: ServiceAccount}, {group: external-secrets.io, kind: ExternalSecret}]
`
const path = 'workloads/shop/envs/stage/namespace'
const application = applicationOn('stage', 'shop-stage', {
  source: { repoURL: 'https://example.com/shop.git', path },
})
const found = (yaml: string, made = application) => {
  const kustomizations = [clusterAt('stage', yaml), kustomizationAt(path, example().namespace)]
  return refusals(
    projectsRule,
    contextOf(undefined, { kustomizations, argo: { applications: [made], problems: [] } }),
  )
}

test('a project that allows exactly what its Applications bring is accepted', () => {
  expect(found(project)).toEqual([])
})

test.each([
  [
    'sourceRepos: [https://example.com/shop.git]',
    "sourceRepos: ['*', https://example.com/shop.git]",
    'allows everything in sourceRepos',
  ],
  [
    'sourceRepos: [https://example.com/shop.git]',
    'sourceRepos: []',
    'refuses Application/shop-stage on cluster stage: repository https://example.com/shop.git is not in sourceRepos',
  ],
  [
    'namespace: shop-stage}',
    'namespace: shop-dev}',
    'refuses Application/shop-stage on cluster stage: namespace shop-stage is not in destinations',
  ],
  [
    ', {group: external-secrets.io, kind: ExternalSecret}',
    '',
    'refuses kind ExternalSecret of group "external-secrets.io", which Application/shop-stage on cluster stage brings',
  ],
  [
    'name: shop-*',
    'name: blog-*',
    'refuses kind Namespace of group "", which Application/shop-stage on cluster stage brings',
  ],
])('%s → %s is refused', (from, to, message) => {
  expect(found(project.replace(from, to))).toEqual([`AppProject/workloads: ${message}`])
})

test('an Application of a project that is not there is refused', () => {
  expect(found(project, applicationOn('stage', 'shop-stage', { project: 'other' }))).toEqual([
    'clusters/base/applicationset-workloads.yaml: Application/shop-stage on cluster stage is of project other, which its cluster does not have',
  ])
})

test('a default project that is open is refused', () => {
  const open =
    '---\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: default}\nspec: {sourceRepos: [https://example.com/a.git], destinations: []}\n'
  expect(found(project + open)).toEqual(['AppProject/default: is not locked'])
})
