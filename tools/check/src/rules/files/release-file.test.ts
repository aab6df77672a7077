import { expect, test } from 'vitest'
import { contextOf, example, kustomizationAt, refusals, yamlFile } from '../../testing/example.ts'
import { releaseFileRule } from './release-file.ts'

const path = 'workloads/shop/envs/stage/release/release.yaml'
const commit = 'a'.repeat(40)
const good = `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [environment]
images:
  - name: shop-api
    newName: 000000000000.dkr.ecr.eu-central-1.amazonaws.com/shop-api
    newTag: sha-${commit}
    digest: sha256:${'b'.repeat(64)}
labels:
  - pairs: {app.kubernetes.io/version: ${commit}}
    includeSelectors: false
    includeTemplates: true
`
const found = (text: string) =>
  refusals(releaseFileRule, contextOf(undefined, { files: [yamlFile(path, text)] }))

test('the shape that a promotion writes is accepted', () => {
  expect(found(good)).toEqual([])
})

test.each([
  ['namespace: x\n', `${path}: has the field namespace`],
  ['patches: []\n', `${path}: has the field patches`],
])('another field is refused: %s', (line, message) => {
  expect(found(good + line)).toEqual([message])
})

test.each([
  [
    `sha-${commit}`,
    'latest',
    [
      `${path}: image shop-api: newTag is "latest"`,
      `${path}: says version ${commit}, but no image was built from it`,
    ],
  ],
  [/digest: .*/, 'digest: sha256:1', [`${path}: image shop-api: digest is "sha256:1"`]],
  [
    'amazonaws.com/shop-api',
    'amazonaws.com/shop-web',
    [`${path}: image shop-api becomes 000000000000.dkr.ecr.eu-central-1.amazonaws.com/shop-web`],
  ],
  ['kind: Component', 'kind: Kustomization', [`${path}: is of kind Kustomization`]],
  [
    'includeSelectors: false',
    'includeSelectors: true',
    [`${path}: sets the version label on selectors or not on templates`],
  ],
  [
    `version: ${commit}`,
    `version: ${'c'.repeat(40)}`,
    [`${path}: says version ${'c'.repeat(40)}, but no image was built from it`],
  ],
  [
    'app.kubernetes.io/version',
    'version',
    [`${path}: does not set exactly the label app.kubernetes.io/version to a full commit`],
  ],
])('%s → %s is refused', (from, to, messages) => {
  expect(found(good.replace(from, to))).toEqual(messages)
})

test('a release that does not read its release.yaml is refused', () => {
  const kustomizations = [kustomizationAt('workloads/shop/envs/stage/release', example().release)]
  expect(refusals(releaseFileRule, contextOf(undefined, { kustomizations }))).toEqual([
    'workloads/shop/envs/stage/release/kustomization.yaml: does not read release.yaml, so a promotion would change nothing',
  ])
})
