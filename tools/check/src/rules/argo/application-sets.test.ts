import { expect, test } from 'vitest'
import { clusterAt, contextOf, refusals } from '../../testing/example.ts'
import { applicationSetsRule } from './application-sets.ts'

const good = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: platform}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  ignoreApplicationDifferences: [{jsonPointers: [/spec/syncPolicy]}]
  syncPolicy: {applicationsSync: create-update, preserveResourcesOnDeletion: true}
  template: {spec: {project: platform}}
`
const found = (yaml: string, cluster = 'prod') =>
  refusals(applicationSetsRule, contextOf(undefined, { kustomizations: [clusterAt(cluster, yaml)] }))

test('a careful ApplicationSet is accepted', () => {
  expect(found(good)).toEqual([])
})

test.each([
  ['goTemplate: true', 'goTemplate: false', 'does not use Go templates'],
  ['missingkey=error', 'missingkey=zero', 'fills a missing value with "<no value>"'],
  ['project: platform', "project: '{{.project}}'", 'takes its project from "{{.project}}"'],
  ['project: platform', 'project: default', 'uses the project default, which is locked'],
  ['/spec/syncPolicy', '/spec/source', 'undoes it when a person pauses an Application'],
  ['create-update', 'sync', 'may delete Applications of production'],
  [
    'preserveResourcesOnDeletion: true',
    'preserveResourcesOnDeletion: false',
    'takes what runs in production along when it goes',
  ],
])('%s → %s is refused', (from, to, message) => {
  expect(found(good.replace(from, to))).toEqual([`ApplicationSet/platform: ${message}`])
})

test('other clusters than production may delete Applications', () => {
  expect(found(good.replace('create-update', 'sync'), 'stage')).toEqual([])
})

test('one that makes no Application is refused with the reason', () => {
  const source = clusterAt('prod', good).objects[0]
  const problems = source
    ? [{ source, message: 'makes no Application on cluster prod: no file matches x' }]
    : []
  expect(
    refusals(applicationSetsRule, contextOf(undefined, { argo: { applications: [], problems } })),
  ).toEqual(['ApplicationSet/platform: makes no Application on cluster prod: no file matches x'])
})
