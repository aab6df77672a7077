import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { loadValidator } from '../../run.ts'
import type { SchemaValidator } from '../../schemas/validator.ts'
import { example, manifests, pick, put } from '../../testing/example.ts'
import { checkSchemas } from './schema.ts'

let validator: SchemaValidator
beforeAll(async () => {
  validator = await loadValidator(join(import.meta.dirname, '../../../../..'), () => {})
}, 120_000)

const judge = (...objects: ReturnType<typeof manifests>) =>
  checkSchemas(
    objects.map((manifest) => ({ manifest, file: 'a.yaml' })),
    validator,
  )
const messages = (...objects: ReturnType<typeof manifests>) =>
  judge(...objects).findings.map(({ object, message }) => `${object}: ${message}`)

test('every object of the example is judged and accepted, Rollouts also as Deployments', () => {
  const { namespace, release } = example()
  const { findings, validated } = judge(...namespace, ...release)
  expect(findings).toEqual([])
  expect(validated).toMatchObject({
    'argoproj.io/v1alpha1 Rollout': 1,
    'apps/v1 Deployment (twin)': 1,
    'batch/v1 Job': 1,
    'batch/v1 Job (twin)': 1,
    'external-secrets.io/v1 ExternalSecret': 1,
  })
})

test('a kind that no cluster serves is refused, not skipped', () => {
  expect(messages(...manifests('{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: a}}'))).toEqual(
    ['Deployment/a: no schema for apps/v1beta1 Deployment: no cluster of ours serves it'],
  )
})

const change = (title: string, path: (string | number)[], value: unknown) => {
  const found = example()
  put(pick(found, title), path, value)
  return messages(pick(found, title))
}

test.each([
  ['Service/api', ['spec', 'prots'], [], 'spec.prots is not a field of this kind'],
  ['Service/api', ['spec', 'ports', 0, 'port'], 'http', 'spec.ports[0].port must be integer, is string'],
  [
    'Service/api',
    ['spec', 'ports', 0, 'targetPort'],
    true,
    'spec.ports[0].targetPort must be integer or string, is boolean',
  ],
  ['Service/api', ['spec', 'ports', 0, 'port'], 3_000_000_000, 'spec.ports[0].port must be <= 2147483647'],
  [
    'Service/api',
    ['spec', 'ports', 1],
    { name: 'other', port: 4000 },
    'spec.ports has two items with the same port and protocol [4000,"TCP"]',
  ],
  ['ConfigMap/app-config', ['data', 'PORT'], 4000, 'data.PORT must be string, is number'],
  ['ConfigMap/app-config', ['metadata', 'label'], {}, 'metadata.label is not a field of this kind'],
  [
    'Job/migrate',
    ['spec', 'template', 'spec', 'containers', 0, 'name'],
    undefined,
    'spec.template.spec.containers[0].name is required and missing',
  ],
  [
    'Job/migrate',
    ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory'],
    '64M!',
    'spec.template.spec.containers[0].resources.limits.memory must be a quantity such as 100m or 64Mi, is "64M!"',
  ],
  [
    'ExternalSecret/app-secrets',
    ['spec', 'target', 'creationPolicy'],
    'Always',
    'spec.target.creationPolicy must be one of Owner, Orphan, Merge, None',
  ],
  ['ExternalSecret/app-secrets', ['spec', 'dat'], [], 'spec.dat is not a field of this kind'],
  [
    'Rollout/api',
    ['spec', 'strategy', 'canary', 'pingpong'],
    {},
    'spec.strategy.canary.pingpong is not a field of this kind',
  ],
  [
    'Rollout/api',
    ['spec', 'template', 'spec', 'volumes'],
    [{ name: 'a', emtyDir: {} }],
    'spec.template.spec.volumes[0].emtyDir is not a field of this kind (judged as Deployment/api)',
  ],
])('%s %j: %j is refused', (title, path, value, message) => {
  expect(change(title, path, value)).toContainEqual(`${title}: ${message}`)
})

test('what a custom resource leaves open stays open', () => {
  const [application] = manifests(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec:
  project: platform
  destination: {server: https://kubernetes.default.svc}
  source: {repoURL: https://example.com/a.git, helm: {valuesObject: {any: {thing: [1]}}}}`)
  expect(application && messages(application)).toEqual([])
})
