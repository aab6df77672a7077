import { expect, test } from 'vitest'
import { contextOf, kustomizationAt, refusals, yamlFile } from '../../testing/example.ts'
import { offlineRule } from './offline.ts'

test('a remote reference is refused', () => {
  const remote = [{ file: 'platform/a/kustomization.yaml', reference: 'https://example.com/x?ref=v1' }]
  const kustomizations = [kustomizationAt('platform/a', [], { remote })]
  expect(refusals(offlineRule, contextOf(undefined, { kustomizations }))).toEqual([
    'platform/a/kustomization.yaml: refers to https://example.com/x?ref=v1, outside this repository',
  ])
})

test('a chart in a kustomization is refused', () => {
  const files = [yamlFile('platform/a/kustomization.yaml', 'kind: Kustomization\nhelmCharts: [{name: x}]\n')]
  expect(refusals(offlineRule, contextOf(undefined, { files }))).toEqual([
    'platform/a/kustomization.yaml: uses helmCharts',
  ])
})

test('a generator plugin for charts is refused', () => {
  const files = [yamlFile('platform/a/chart.yaml', 'kind: HelmChartInflationGenerator\n')]
  expect(refusals(offlineRule, contextOf(undefined, { files }))).toEqual([
    'platform/a/chart.yaml: generates objects with a plugin',
  ])
})

test('a kustomization of local files is accepted', () => {
  const files = [
    yamlFile('platform/a/kustomization.yaml', 'kind: Kustomization\nresources: [../b, c.yaml]\n'),
  ]
  expect(refusals(offlineRule, contextOf(undefined, { files }))).toEqual([])
})
