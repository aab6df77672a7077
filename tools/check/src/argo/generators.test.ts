import { beforeAll, expect, test } from 'vitest'
import { kustomizationAt, manifests, yamlFile } from '../testing/example.ts'
import { applicationsOf } from './applications.ts'
import { goTemplates, type TemplateRenderer } from './templates.ts'

let render: TemplateRenderer
beforeAll(async () => {
  render = await goTemplates(() => {})
}, 300_000)

const secret = `
apiVersion: v1
kind: Secret
metadata:
  name: in-cluster
  labels: {argocd.argoproj.io/secret-type: cluster}
  annotations: {facts/region: west}
stringData: {name: prod, server: https://kubernetes.default.svc}
`
const set = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: platform}
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - matrix:
              generators:
                - clusters: {selector: {matchLabels: {argocd.argoproj.io/secret-type: cluster}}}
                - git: {files: [{path: 'clusters/{{.name}}/platform/*.yaml'}]}
          - git: {pathParamPrefix: definition, files: [{path: '{{.addon}}/addon.yaml'}]}
  template:
    metadata: {name: '{{base .addon}}'}
    spec:
      project: platform
      destination: {server: '{{.server}}', namespace: '{{.namespace}}'}
      source: {path: '{{.addon}}', targetRevision: '{{index .metadata.annotations "facts/region"}}'}
  templatePatch: |
    {{- if hasKey . "sources" }}
    spec:
      project: other
      sources: {{ toJson .sources }}
    {{- end }}
`
const files = [
  yamlFile('clusters/prod/platform/a.yaml', 'addon: platform/a\nnamespace: mine\n'),
  yamlFile('clusters/prod/platform/b.yaml', 'addon: platform/b\n'),
  yamlFile('clusters/stage/platform/c.yaml', 'addon: platform/c\n'),
  yamlFile('platform/a/addon.yaml', 'namespace: theirs\n'),
  yamlFile('platform/b/addon.yaml', 'namespace: b\nsources: [{path: x}]\n'),
]
const made = (yaml: string) =>
  applicationsOf([kustomizationAt('clusters/prod', manifests(`${secret}---${yaml}`))], files, render)

test('Applications are made as the controller makes them', async () => {
  const { applications, problems } = await made(set)
  expect(problems).toEqual([])
  expect(applications.map(({ application }) => [application.metadata.name, application.spec])).toEqual([
    [
      'a',
      {
        project: 'platform',
        destination: { server: 'https://kubernetes.default.svc', namespace: 'mine' },
        source: { path: 'platform/a', targetRevision: 'west' },
      },
    ],
    [
      'b',
      {
        project: 'platform',
        destination: { server: 'https://kubernetes.default.svc', namespace: 'b' },
        source: { path: 'platform/b', targetRevision: 'west' },
        sources: [{ path: 'x' }],
      },
    ],
  ])
})

test.each([
  ['{{.namespace}}', '{{.nmespace}}', /map has no entry for key "nmespace"/],
  ['{{.name}}/platform', '{{.name}}/none', /no file matches clusters\/prod\/none\/\*\.yaml/],
  ['{{.addon}}/addon.yaml', '{{.addon}}/gone.yaml', /no file matches platform\/a\/gone\.yaml/],
  ['clusters: {', 'pullRequest: {', /the generator pullRequest is not known here/],
  ['spec:\n      project: other', 'spec: [', /its templatePatch renders no YAML/],
])('%s → %s is a problem, not an exception', async (from, to, message) => {
  const { applications, problems } = await made(set.replace(from, to))
  expect(applications).toEqual([])
  expect(problems.map(({ message: found }) => found)).toEqual([expect.stringMatching(message)])
})

test('a cluster whose Secret the selector does not match gets nothing', async () => {
  expect(await made(set.replace('secret-type: cluster}}', 'secret-type: other}}'))).toEqual({
    applications: [],
    problems: [],
  })
})
