import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, nameOf, number, text } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('autoscaling')

export const autoscalingRule: Rule = {
  name: 'autoscaling',
  about: 'autoscalers that scale nothing, fight over replicas, or cannot move',
  check: (context) =>
    environmentsOf(context).flatMap((environment) =>
      ofKind(environment, 'HorizontalPodAutoscaler').flatMap((rendered) => judge(rendered, environment)),
    ),
}

function judge(rendered: RenderedObject, environment: Environment): Finding[] {
  const target = at(rendered.manifest, 'spec', 'scaleTargetRef')
  const [apiVersion, kind, name] = ['apiVersion', 'kind', 'name'].map((field) => text(at(target, field)))
  const scaled = ofKind(environment, kind ?? '').find(
    ({ manifest }) => nameOf(manifest) === name && manifest.apiVersion === apiVersion,
  )
  const least = number(at(rendered.manifest, 'spec', 'minReplicas')) ?? 1
  const most = number(at(rendered.manifest, 'spec', 'maxReplicas')) ?? 0
  const range =
    least > most
      ? [report(rendered, `minReplicas ${least} is above maxReplicas ${most}`, 'raise maxReplicas')]
      : []
  if (!scaled)
    return [
      ...range,
      report(
        rendered,
        `scales ${apiVersion} ${kind}/${name}, which is not in this environment`,
        'correct spec.scaleTargetRef',
      ),
    ]
  if (at(scaled.manifest, 'spec', 'replicas') === undefined) return range
  return [
    ...range,
    report(
      scaled,
      `sets spec.replicas, which HorizontalPodAutoscaler/${nameOf(rendered.manifest)} also sets`,
      'remove spec.replicas',
    ),
  ]
}
