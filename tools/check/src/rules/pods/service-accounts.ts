import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, nameOf, stringMap, text } from '../../manifest.ts'
import { type PodTemplate, podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('service-accounts')

export const serviceAccountsRule: Rule = {
  name: 'service-accounts',
  about: 'Pods that share a ServiceAccount between components, or use one that stands too late or nowhere',
  check: (context) => environmentsOf(context).flatMap(judgeEnvironment),
}

function judgeEnvironment(environment: Environment): Finding[] {
  const accounts = ofKind(environment.namespace ?? { objects: [] }, 'ServiceAccount')
  const names = new Set(accounts.map(({ manifest }) => nameOf(manifest)))
  const uses = (environment.release?.objects ?? []).flatMap((rendered) =>
    podTemplatesOf(rendered.manifest).map((template) => ({
      rendered,
      account: accountOf(template),
      component: componentOf(template),
    })),
  )
  const used = new Set(uses.map(({ account }) => account))
  return [
    ...uses.flatMap(({ rendered, account, component }) => judgeUse(rendered, account, component, names)),
    ...ofKind(environment.release ?? { objects: [] }, 'ServiceAccount').map((rendered) =>
      report(
        rendered,
        'is part of the release, where a PreSync hook does not see it yet',
        "move it into the environment's namespace folder",
      ),
    ),
    ...accounts
      .filter(({ manifest }) => !used.has(nameOf(manifest)))
      .map((rendered) =>
        report(rendered, 'is used by nothing in this environment', 'remove it, or run its component here'),
      ),
  ]
}

function judgeUse(
  rendered: RenderedObject,
  account: string | undefined,
  component: string | undefined,
  known: Set<string>,
): Finding[] {
  if (!account || account === 'default')
    return [report(rendered, 'runs as the default ServiceAccount', 'set serviceAccountName to its component')]
  if (!known.has(account))
    return [
      report(
        rendered,
        `runs as ServiceAccount ${account}, which its namespace folder does not have`,
        `add ServiceAccount ${account} there`,
      ),
    ]
  if (component && account !== component)
    return [
      report(
        rendered,
        `component ${component} runs as ServiceAccount ${account}`,
        `give it a ServiceAccount ${component} of its own`,
      ),
    ]
  return []
}

function accountOf({ template }: PodTemplate): string | undefined {
  return text(at(template, 'spec', 'serviceAccountName'))
}

function componentOf({ template }: PodTemplate): string | undefined {
  return stringMap(at(template, 'metadata', 'labels'))['app.kubernetes.io/component']
}
