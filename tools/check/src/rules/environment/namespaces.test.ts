import { expect, test } from 'vitest'
import { changed, contextOf, example, pick, refusals } from '../../testing/example.ts'
import { namespacesRule } from './namespaces.ts'

function twice() {
  const environment = example()
  return contextOf({
    ...environment,
    namespace: [...environment.namespace, pick(environment, 'Service/api')],
  })
}

test('an object of another namespace is refused', () => {
  expect(refusals(namespacesRule, changed('Service/api', ['metadata', 'namespace'], 'default'))).toEqual([
    'Service/api: is in namespace default, not shop-stage',
  ])
})

test('an environment without its Namespace is refused', () => {
  expect(refusals(namespacesRule, changed('Namespace/shop-stage', ['metadata', 'name'], 'shop'))).toEqual([
    'workloads/shop/envs/stage/namespace/kustomization.yaml: brings no Namespace shop-stage',
  ])
})

test('a namespace that is not restricted is refused', () => {
  expect(
    refusals(
      namespacesRule,
      changed(
        'Namespace/shop-stage',
        ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'],
        'baseline',
      ),
    ),
  ).toEqual(['Namespace/shop-stage: enforces the Pod security level baseline'])
})

test('an object of both Applications is refused', () => {
  expect(refusals(namespacesRule, twice())).toEqual([
    'Service/api: is in both Applications of its environment, namespace and release',
  ])
})
