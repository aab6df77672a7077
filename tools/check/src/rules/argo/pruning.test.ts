import { expect, test } from 'vitest'
import { applicationOn, contextOf, kustomizationAt, manifests, refusals } from '../../testing/example.ts'
import { pruningRule } from './pruning.ts'

const definition = (options: string) =>
  manifests(
    `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a, annotations: {argocd.argoproj.io/sync-options: '${options}'}}}`,
  )
const namespace = (name: string) => manifests(`{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}`)
const found = (objects: ReturnType<typeof manifests>) =>
  refusals(pruningRule, contextOf(undefined, { kustomizations: [kustomizationAt('platform/a', objects)] }))

test('a definition that is kept is accepted, and namespaces that others can do without', () => {
  expect(found([...definition('Prune=false,Delete=false'), ...namespace('shop')])).toEqual([])
})

test.each(['', 'Prune=false', 'Delete=false'])(
  'a definition with sync options "%s" is refused',
  (options) => {
    expect(found(definition(options))).toEqual([
      'CustomResourceDefinition/a: may be pruned, and takes along everything of its kind or in it',
    ])
  },
)

test('the Argo CD namespace is refused without them', () => {
  expect(found(namespace('argocd'))).toHaveLength(1)
})

test('a definition that comes from upstream is refused without them', () => {
  const source = {
    made: applicationOn('prod', 'a'),
    repository: 'https://example.com/a.git',
    path: 'crds',
    objects: definition(''),
  }
  expect(pruningRule.check(contextOf(undefined, { sources: [source] })).map(({ file }) => file)).toEqual([
    'platform/a/addon.yaml',
  ])
})
