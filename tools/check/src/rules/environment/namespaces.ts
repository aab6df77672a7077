import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { groupOf, labelsOf, nameOf, text, titleOf } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('namespaces')
const level = 'pod-security.kubernetes.io/enforce'

/** Kinds without a namespace that an environment may bring. */
const clusterScoped = ['Namespace']

export const namespacesRule: Rule = {
  name: 'namespaces',
  about: 'objects outside their environment, in both of its Applications, or in an unrestricted namespace',
  check: (context) => environmentsOf(context).flatMap(judge),
}

function judge(environment: Environment): Finding[] {
  const expected = `${environment.workload}-${environment.name}`
  return [
    ...environment.objects
      .filter(({ manifest }) => !clusterScoped.includes(manifest.kind))
      .filter(({ manifest }) => text(manifest.metadata.namespace) !== expected)
      .map((rendered) =>
        report(
          rendered,
          `is in namespace ${text(rendered.manifest.metadata.namespace) ?? '(none)'}, not ${expected}`,
          `set namespace: ${expected} in the environment's kustomization`,
        ),
      ),
    ...judgeNamespace(environment, expected),
    ...judgeTwice(environment),
  ]
}

function judgeNamespace(environment: Environment, expected: string): Finding[] {
  if (!environment.namespace) return []
  const where = `${environment.namespace.path}/kustomization.yaml`
  const namespace = ofKind(environment, 'Namespace').find(({ manifest }) => nameOf(manifest) === expected)
  if (!namespace) return [report(where, `brings no Namespace ${expected}`, 'add it')]
  const found = labelsOf(namespace.manifest)[level]
  return found === 'restricted'
    ? []
    : [
        report(
          namespace,
          `enforces the Pod security level ${found ?? '(none)'}`,
          `set the label ${level}: restricted`,
        ),
      ]
}

/** Two Applications that hold one object undo each other's changes for ever. */
function judgeTwice({ namespace, release }: Environment): Finding[] {
  const identity = ({ manifest }: RenderedObject) => `${groupOf(manifest)}/${titleOf(manifest)}`
  const early = new Set((namespace?.objects ?? []).map(identity))
  return (release?.objects ?? [])
    .filter((rendered) => early.has(identity(rendered)))
    .map((rendered) =>
      report(
        rendered,
        'is in both Applications of its environment, namespace and release',
        'keep it in one of the two folders',
      ),
    )
}
