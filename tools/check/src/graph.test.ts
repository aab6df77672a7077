import { expect, test } from 'vitest'
import { isRemote, readGraph, sourceOf } from './graph.ts'
import { folderWith } from './testing/folder.ts'

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

test('the graph holds every file that kustomize would read, links under both names', () => {
  const root = folderWith({
    'envs/stage/release.yaml': 'kind: Component\nresources: [../../base]\n',
    'envs/stage/kustomization.yaml': '-> release.yaml',
    'base/kustomization.yaml': `
resources: [a.yaml]
components: [../extra]
configurations: [names.yaml]
openapi: {path: schema.json}
patches: [{path: patch.yaml}, {patch: 'a: 1'}]
replacements: [{path: replacements.yaml}]
configMapGenerator: [{name: g, envs: [g.env], files: [key=g.txt]}]`,
    'base/a.yaml': configMap('a'),
    'base/patch.yaml': configMap('a'),
    'base/names.yaml': '',
    'base/schema.json': '{}',
    'base/replacements.yaml': '',
    'base/g.env': '',
    'base/g.txt': '',
    'extra/kustomization.yaml': 'kind: Component\nresources: [b.yaml]\n',
    'extra/b.yaml': configMap('b'),
    'extra/unread.yaml': configMap('c'),
  })
  const graph = readGraph(root, 'envs/stage')
  expect(graph.folders).toEqual(['envs/stage', 'base', 'extra'])
  expect(graph.files).toEqual([
    'base/a.yaml',
    'base/g.env',
    'base/g.txt',
    'base/kustomization.yaml',
    'base/names.yaml',
    'base/patch.yaml',
    'base/replacements.yaml',
    'base/schema.json',
    'envs/stage/kustomization.yaml',
    'envs/stage/release.yaml',
    'extra/b.yaml',
    'extra/kustomization.yaml',
  ])
  expect([graph.remote, graph.missing]).toEqual([[], []])
})

test('an object leads back to the file that declares it, not to a patch; a generated one to its kustomization', () => {
  const root = folderWith({
    'top/kustomization.yaml':
      'resources: [../base]\npatches: [{path: a.yaml}]\nconfigMapGenerator: [{name: made}]\n',
    'top/a.yaml': configMap('a'),
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': configMap('a'),
  })
  const graph = readGraph(root, 'top')
  expect(sourceOf(graph, 'ConfigMap/a')).toBe('base/a.yaml')
  expect(sourceOf(graph, 'ConfigMap/made-4g2h8k9t6b')).toBe('top/kustomization.yaml')
  expect(sourceOf(graph, 'Secret/from-nowhere')).toBe('top/kustomization.yaml')
})

test('references to elsewhere and to nothing are told apart', () => {
  const root = folderWith({
    'a/kustomization.yaml': 'resources: [gone.yaml, "https://example.com/b.yaml"]\n',
  })
  const { remote, missing } = readGraph(root, 'a')
  expect(remote.map(({ reference }) => reference)).toEqual(['https://example.com/b.yaml'])
  expect(missing.map(({ reference }) => reference)).toEqual(['gone.yaml'])
})

test.each([
  'https://example.com/a.yaml',
  'ssh://git@example.com/a',
  'git@example.com:a/b.git',
  'github.com/a/b',
  'github.com/a/b//c?ref=v1',
  'example.com/a?version=1',
  'oci://example.com/a',
])('%s is remote', (reference) => {
  expect(isRemote(reference)).toBe(true)
})

test.each(['../base', 'a.yaml', './b/c', 'github/a.yaml'])('%s is not', (reference) => {
  expect(isRemote(reference)).toBe(false)
})
