import { expect, test } from 'vitest'
import { findKustomize } from '../kustomize.ts'
import { titleOf } from '../manifest.ts'
import { applicationOn, examplePins } from '../testing/example.ts'
import { folderWith, repositoryRoot } from '../testing/folder.ts'
import { imageEntry, renderSources } from './sources.ts'

test.each([
  [
    'quay.io/argoproj/argocd:v1',
    { name: 'quay.io/argoproj/argocd', newName: 'quay.io/argoproj/argocd', newTag: 'v1' },
  ],
  ['redis=host:5000/redis:7', { name: 'redis', newName: 'host:5000/redis', newTag: '7' }],
  ['a@sha256:ab', { name: 'a', newName: 'a', digest: 'sha256:ab' }],
])('%s is %j', (image, entry) => {
  expect(imageEntry(image)).toEqual(entry)
})

const repoURL = 'https://example.com/shop.git'
const render = async (kustomize: object) => {
  const root = folderWith({
    'platform/a/kustomization.yaml': 'resources: [a.yaml]\n',
    'platform/a/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {region: none}\n',
  })
  const made = applicationOn('prod', 'a', { source: { repoURL, path: 'platform/a', kustomize } as never })
  const tools = {
    root,
    kustomize: await findKustomize(repositoryRoot, () => {}),
    pins: examplePins,
    ownRepository: repoURL,
  }
  return renderSources([made], tools)
}

test("a source is rendered with its Application's own patches", async () => {
  const patch = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {region: west}\n'
  const [source] = await render({ patches: [{ patch }] })
  expect(source?.objects.map((manifest) => [titleOf(manifest), manifest.data])).toEqual([
    ['ConfigMap/a', { region: 'west' }],
  ])
})

test('a patch of nothing is a failure with the reason of kustomize', async () => {
  const [source] = await render({
    patches: [{ patch: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n' }],
  })
  expect(source?.failure).toMatch(
    /no resource matches strategic merge patch "ConfigMap\.v1\.\[noGrp\]\/b\.\[noNs\]"/,
  )
})
