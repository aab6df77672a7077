import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { annotationsOf, at, nameOf, objects, text } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'
import { backendsOf } from './canary.ts'

const report = reporter('ingress')
const actions = /^alb\.ingress\.kubernetes\.io\/actions\./

export const ingressRule: Rule = {
  name: 'ingress',
  about: 'Ingresses whose backends do not exist, or that hold the annotation which Argo Rollouts writes',
  check: (context) =>
    environmentsOf(context).flatMap((environment) =>
      ofKind(environment, 'Ingress').flatMap((rendered) => [
        ...judgeAnnotations(rendered),
        ...judgeBackends(rendered, environment),
      ]),
    ),
}

function judgeAnnotations(rendered: RenderedObject): Finding[] {
  return Object.keys(annotationsOf(rendered.manifest))
    .filter((name) => actions.test(name))
    .map((name) =>
      report(
        rendered,
        `holds ${name}, which Argo Rollouts writes at run time`,
        'remove the annotation from git',
      ),
    )
}

function judgeBackends(rendered: RenderedObject, environment: Environment): Finding[] {
  return backendsOf(rendered).flatMap((backend) => {
    const name = text(at(backend, 'name')) ?? ''
    const service = ofKind(environment, 'Service').find(({ manifest }) => nameOf(manifest) === name)
    if (!service)
      return [
        report(
          rendered,
          `sends traffic to Service ${name}, which is not in this environment`,
          `add Service ${name} or correct the backend`,
        ),
      ]
    const [portName, portNumber] = [at(backend, 'port', 'name'), at(backend, 'port', 'number')]
    if (portName === 'use-annotation')
      return isCanaryRoot(name, environment)
        ? []
        : [
            report(
              rendered,
              `backend ${name} uses an annotation that nothing writes`,
              `name the port of Service ${name}`,
            ),
          ]
    const ports = objects(at(service.manifest, 'spec', 'ports'))
    const exists = ports.some(
      (port) =>
        (portName !== undefined && port.name === portName) ||
        (portNumber !== undefined && port.port === portNumber),
    )
    return exists
      ? []
      : [
          report(
            rendered,
            `Service ${name} has no port ${JSON.stringify(portName ?? portNumber)}`,
            'correct the backend port',
          ),
        ]
  })
}

function isCanaryRoot(name: string, environment: Environment): boolean {
  return ofKind(environment, 'Rollout').some(
    ({ manifest }) =>
      at(manifest, 'spec', 'strategy', 'canary', 'trafficRouting', 'alb', 'rootService') === name,
  )
}
