import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, type Json, nameOf, objects, stringMap } from '../../manifest.ts'
import { mainContainersOf, podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('selectors')

export const selectorsRule: Rule = {
  name: 'selectors',
  about: 'selectors that match no Pod, or the Pods of somebody else',
  check: (context) =>
    environmentsOf(context).flatMap((environment) => [
      ...ofKind(environment, 'Deployment', 'Rollout', 'StatefulSet', 'DaemonSet').flatMap((rendered) =>
        judgeOwner(rendered, environment),
      ),
      ...ofKind(environment, 'Service').flatMap((rendered) => judgeService(rendered, environment)),
      ...ofKind(environment, 'PodDisruptionBudget').flatMap((rendered) => judgeBudget(rendered, environment)),
    ]),
}

/** A selector of other than equality terms would need more than this; ours have none. */
function matches(selector: Json | undefined, labels: Record<string, string>): boolean {
  const wanted = Object.entries(stringMap(selector))
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

function selected(selector: Json | undefined, environment: Environment): RenderedObject[] {
  return environment.objects.filter(({ manifest }) =>
    podTemplatesOf(manifest).some(({ template }) =>
      matches(selector, stringMap(at(template, 'metadata', 'labels'))),
    ),
  )
}

function judgeOwner(rendered: RenderedObject, environment: Environment): Finding[] {
  const selector = at(rendered.manifest, 'spec', 'selector', 'matchLabels')
  const found = selected(selector, environment)
  const others = found
    .filter((other) => other !== rendered)
    .map(({ manifest }) => `${manifest.kind}/${nameOf(manifest)}`)
  const version = stringMap(selector)['app.kubernetes.io/version']
  return [
    ...(found.includes(rendered)
      ? []
      : [
          report(
            rendered,
            'selects other Pods than those of its template',
            'give spec.selector and spec.template the same labels',
          ),
        ]),
    ...(others.length > 0
      ? [
          report(
            rendered,
            `also selects the Pods of ${others.join(', ')}`,
            'select by app.kubernetes.io/component too',
          ),
        ]
      : []),
    ...(version
      ? [
          report(
            rendered,
            'selects by version, but a selector is immutable',
            'set includeSelectors: false where the version label is added',
          ),
        ]
      : []),
  ]
}

/** Argo Rollouts writes the selectors of these at run time; `canary` judges them. */
function isManagedByRollout(rendered: RenderedObject, environment: Environment): boolean {
  return ofKind(environment, 'Rollout').some(({ manifest }) => {
    const canary = at(manifest, 'spec', 'strategy', 'canary')
    const names = [at(canary, 'pingPong', 'pingService'), at(canary, 'pingPong', 'pongService')]
    return names.includes(nameOf(rendered.manifest))
  })
}

function judgeService(rendered: RenderedObject, environment: Environment): Finding[] {
  if (isManagedByRollout(rendered, environment)) return []
  const found = selected(at(rendered.manifest, 'spec', 'selector'), environment)
  if (found.length === 0)
    return [report(rendered, 'selects no Pod of this environment', 'correct spec.selector')]
  const names = found
    .flatMap(({ manifest }) => podTemplatesOf(manifest))
    .flatMap(mainContainersOf)
    .flatMap((container) => objects(container.ports))
    .flatMap((port) => [port.name, port.containerPort])
  const owners =
    found.length > 1
      ? [
          report(
            rendered,
            `selects the Pods of ${found.length} objects: ${found.map(({ manifest }) => `${manifest.kind}/${nameOf(manifest)}`).join(', ')}`,
            'select by app.kubernetes.io/component too',
          ),
        ]
      : []
  const ports = objects(at(rendered.manifest, 'spec', 'ports'))
    .map((port) => port.targetPort ?? port.port)
    .filter((port) => !names.includes(port ?? null))
  return [
    ...owners,
    ...ports.map((port) =>
      report(
        rendered,
        `sends traffic to port ${JSON.stringify(port)}, which its Pods do not declare`,
        'correct targetPort',
      ),
    ),
  ]
}

function judgeBudget(rendered: RenderedObject, environment: Environment): Finding[] {
  const found = selected(at(rendered.manifest, 'spec', 'selector', 'matchLabels'), environment)
  return found.length === 1
    ? []
    : [report(rendered, `protects the Pods of ${found.length} objects`, 'select the Pods of exactly one')]
}
