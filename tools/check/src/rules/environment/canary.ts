import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, type Json, list, nameOf, objects, text } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('canary')
const albPath = ['spec', 'strategy', 'canary', 'trafficRouting', 'alb'] as const
const pingPongPath = ['spec', 'strategy', 'canary', 'pingPong'] as const

export const canaryRule: Rule = {
  name: 'canary',
  about: 'Rollouts whose Services, Ingress and root Service do not fit together',
  check: (context) =>
    environmentsOf(context).flatMap((environment) =>
      ofKind(environment, 'Rollout').flatMap((rendered) => judge(rendered, environment)),
    ),
}

function judge(rollout: RenderedObject, environment: Environment): Finding[] {
  const alb = at(rollout.manifest, ...albPath)
  if (alb === undefined)
    return [report(rollout, 'routes no share of traffic to its canary', `set ${albPath.join('.')}`)]
  const root = text(at(alb, 'rootService'))
  const [ping, pong] = ['pingService', 'pongService'].map((field) =>
    text(at(rollout.manifest, ...pingPongPath, field)),
  )
  const findings = canaryServices({ root, ping, pong }).flatMap(({ role, name }) =>
    judgeService(rollout, environment, role, name),
  )
  if (!ping || !pong)
    findings.push(
      report(
        rollout,
        'has no ping and pong Services: requests fail while targets drain',
        `set ${pingPongPath.join('.')}`,
      ),
    )
  if (new Set([root, ping, pong]).size < 3)
    findings.push(
      report(rollout, 'needs three different Services: root, ping and pong', 'name three Services'),
    )
  return [...findings, ...judgeIngress(rollout, environment, alb, root)]
}

function canaryServices(names: Record<string, string | undefined>): { role: string; name: string }[] {
  return Object.entries(names).flatMap(([role, name]) => (name ? [{ role, name }] : []))
}

function judgeService(
  rollout: RenderedObject,
  environment: Environment,
  role: string,
  name: string,
): Finding[] {
  const service = ofKind(environment, 'Service').find(({ manifest }) => nameOf(manifest) === name)
  if (!service)
    return [
      report(
        rollout,
        `its ${role} Service ${name} is not in this environment`,
        `add Service ${name} or correct the name`,
      ),
    ]
  if (role !== 'root' && at(service.manifest, 'spec', 'selector') !== undefined)
    return [
      report(
        service,
        'has a selector in git, which every sync puts over the one that Argo Rollouts writes',
        'remove spec.selector',
      ),
    ]
  const port = at(rollout.manifest, ...albPath, 'servicePort')
  const ports = objects(at(service.manifest, 'spec', 'ports')).flatMap((entry) => [entry.port, entry.name])
  return ports.includes(port ?? null)
    ? []
    : [
        report(
          service,
          `does not listen on port ${JSON.stringify(port)}, where Rollout/${nameOf(rollout.manifest)} sends traffic`,
          'add the port, or correct trafficRouting.alb.servicePort',
        ),
      ]
}

function judgeIngress(
  rollout: RenderedObject,
  environment: Environment,
  alb: Json,
  root: string | undefined,
): Finding[] {
  const names = [at(alb, 'ingress'), ...list(at(alb, 'ingresses'))].filter((name) => typeof name === 'string')
  if (names.length === 0) return [report(rollout, 'names no Ingress', `set ${albPath.join('.')}.ingress`)]
  return names.flatMap((name) => {
    const ingress = ofKind(environment, 'Ingress').find(({ manifest }) => nameOf(manifest) === name)
    if (!ingress)
      return [
        report(
          rollout,
          `its Ingress ${name} is not in this environment`,
          `add Ingress ${name} or correct the name`,
        ),
      ]
    const backends = backendsOf(ingress).filter((backend) => text(at(backend, 'name')) === root)
    if (backends.length === 0)
      return [
        report(
          ingress,
          `has no rule for Service ${root}, the root Service of Rollout/${nameOf(rollout.manifest)}`,
          `add a path with backend ${root}`,
        ),
      ]
    const direct = backends.filter((backend) => text(at(backend, 'port', 'name')) !== 'use-annotation')
    return direct.map(() =>
      report(
        ingress,
        `sends traffic straight to Service ${root}, past the canary's weights`,
        'set the backend port to "name: use-annotation"',
      ),
    )
  })
}

/** The Service references of an Ingress's rules. */
export function backendsOf({ manifest }: RenderedObject): Json[] {
  return objects(at(manifest, 'spec', 'rules')).flatMap((rule) =>
    objects(at(rule, 'http', 'paths')).flatMap((path) => {
      const service = at(path, 'backend', 'service')
      return service === undefined ? [] : [service]
    }),
  )
}
