import { expect, test } from 'vitest'
import { applicationOn, contextOf, examplePins, refusals } from '../../testing/example.ts'
import { addOnVersionsRule } from './add-on-versions.ts'

const found = (repoURL: string, targetRevision: string) => {
  const applications = [
    applicationOn('local', 'argo-cd', { source: { repoURL, targetRevision, path: 'manifests' } }),
  ]
  return refusals(addOnVersionsRule, contextOf(undefined, { argo: { applications, problems: [] } }))
}

test('the version that the toolchain builds is accepted', () => {
  expect(found('https://github.com/argoproj/argo-cd.git', examplePins['argo-cd'])).toEqual([])
})

test.each(['v9.0.0', 'HEAD', 'stable'])('%s is refused', (revision) => {
  expect(found('https://github.com/argoproj/argo-cd.git', revision)).toEqual([
    `clusters/base/applicationset-workloads.yaml: Application/argo-cd on cluster local takes argo-cd ${revision}, tools/local/toolchain/argo-cd/go.mod pins ${examplePins['argo-cd']}`,
  ])
})
