import type { V1EndpointSlice, V1HTTPIngressPath, V1Ingress, V1Service } from '@kubernetes/client-node'
import { annotatedActionOf, type ForwardTarget, headerMatches } from './actions.ts'
import type { Action, LoadBalancer, PathMatch, Problem, Rule, TargetGroup } from './model.ts'
import { type Annotations, InvalidAnnotation, listeners, targetGroupSettings } from './settings.ts'
import { readyTargets } from './targets.ts'

/** What the controller knows about the cluster at one moment. */
export interface Snapshot {
  readonly ingresses: readonly V1Ingress[]
  readonly services: readonly V1Service[]
  readonly endpointSlices: readonly V1EndpointSlice[]
}

const INGRESS_CLASS = 'alb'
/** Port name that sends the AWS controller to the `actions.<service>` annotation. */
const USE_ANNOTATION = 'use-annotation'

/** True for the Ingresses that this controller serves. */
export function isOurs(ingress: V1Ingress): boolean {
  return ingress.spec?.ingressClassName === INGRESS_CLASS && ingress.metadata?.deletionTimestamp === undefined
}

/**
 * Builds the load balancer from the cluster's objects. Never throws: what an Ingress has wrong becomes a problem,
 * and its rules answer 503. All Ingresses share one load balancer; ALB would give each its own.
 */
export function buildLoadBalancer(snapshot: Snapshot): LoadBalancer {
  const groups = new Map<string, TargetGroup>()
  const problems: Problem[] = []
  const rules = snapshot.ingresses
    .filter(isOurs)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .flatMap((ingress) => rulesOf(new IngressReader(ingress, snapshot, groups), problems))
  return { rules: rules.sort(byPrecedence), targetGroups: [...groups.values()], problems }
}

function nameOf(ingress: V1Ingress): string {
  return `${ingress.metadata?.namespace}/${ingress.metadata?.name}`
}

function rulesOf(reader: IngressReader, problems: Problem[]): Rule[] {
  try {
    return reader.rules()
  } catch (error) {
    if (!(error instanceof InvalidAnnotation)) throw error
    problems.push({ ingress: reader.name, message: error.message })
    return reader.refused(error.message)
  }
}

/** ALB's order within an Ingress: exact paths, then longer before shorter; a named host before a wildcard before none. */
function byPrecedence(a: Rule, b: Rule): number {
  const hostRank = (rule: Rule): number => (rule.host === undefined ? 2 : rule.host.startsWith('*') ? 1 : 0)
  const pathRank = (rule: Rule): number => (rule.path.kind === 'exact' ? 0 : 1)
  return (
    hostRank(a) - hostRank(b) ||
    b.headers.length - a.headers.length ||
    pathRank(a) - pathRank(b) ||
    b.path.value.length - a.path.value.length
  )
}

/** Reads one Ingress; adds the target groups that it needs to `groups`. */
class IngressReader {
  readonly name: string
  readonly #namespace: string
  readonly #annotations: Annotations

  constructor(
    readonly ingress: V1Ingress,
    readonly snapshot: Snapshot,
    readonly groups: Map<string, TargetGroup>,
  ) {
    this.name = nameOf(ingress)
    this.#namespace = ingress.metadata?.namespace ?? ''
    this.#annotations = ingress.metadata?.annotations ?? {}
  }

  rules(): Rule[] {
    const hasTls = (this.ingress.spec?.tls ?? []).length > 0
    const ports = listeners(this.#annotations, hasTls)
    return this.#paths().map(({ host, path, index }) => ({
      ...this.#match(host, path, index),
      headers: headerMatches(this.#annotations, path.backend.service?.name ?? ''),
      listeners: ports,
      action: this.#action(path),
    }))
  }

  /** The same matches, all answering 503: what is asked for cannot be built. */
  refused(message: string): Rule[] {
    return this.#paths().map(({ host, path, index }) => ({
      ...this.#match(host, path, index),
      headers: [],
      listeners: { http: true, https: true },
      action: unavailable(message),
    }))
  }

  #paths(): { host: string | undefined; path: V1HTTPIngressPath; index: number }[] {
    const spec = this.ingress.spec
    const fallback: V1HTTPIngressPath[] = spec?.defaultBackend
      ? [{ backend: spec.defaultBackend, path: '/', pathType: 'Prefix' }]
      : []
    const listed = (spec?.rules ?? []).flatMap((rule) =>
      (rule.http?.paths ?? fallback).map((path) => ({ host: rule.host, path })),
    )
    const all = [...listed, ...fallback.map((path) => ({ host: undefined, path }))]
    return all.map((entry, index) => ({ ...entry, index }))
  }

  #match(
    host: string | undefined,
    path: V1HTTPIngressPath,
    index: number,
  ): Pick<Rule, 'id' | 'ingress' | 'host' | 'path'> {
    return {
      id: `${this.name}/${index}`,
      ingress: this.name,
      ...(host === undefined || host === '' ? {} : { host: host.toLowerCase() }),
      path: pathMatch(path),
    }
  }

  #action(path: V1HTTPIngressPath): Action {
    const service = path.backend.service
    if (service === undefined) return unavailable('Backend is not a Service')
    const id = `${this.name}/${service.name}`
    if (service.port?.name !== USE_ANNOTATION) {
      const port = String(service.port?.number ?? service.port?.name ?? '')
      return this.#forward(`${id}:${port}`, [{ service: service.name, port, weight: 1 }])
    }
    const action = annotatedActionOf(this.#annotations, service.name)
    if (action === undefined) return unavailable('Backend action does not exist')
    return action.kind === 'forward' ? this.#forward(id, action.targets) : action
  }

  #forward(id: string, targets: readonly ForwardTarget[]): Action {
    const groups = targets.map((target) => ({ id: this.#targetGroup(target), weight: target.weight }))
    const known = groups.flatMap((group) =>
      group.id === undefined ? [] : [{ id: group.id, weight: group.weight }],
    )
    if (known.length < groups.length) return unavailable('Backend service does not exist')
    return { kind: 'forward', id, groups: known }
  }

  #targetGroup(target: ForwardTarget): string | undefined {
    const { services, endpointSlices } = this.snapshot
    const service = services.find(
      ({ metadata }) => metadata?.namespace === this.#namespace && metadata.name === target.service,
    )
    const port = service?.spec?.ports?.find(
      (each) => String(each.port) === target.port || each.name === target.port,
    )
    if (service === undefined || port === undefined) return undefined
    const id = [this.#namespace, this.ingress.metadata?.name, target.service, port.port].join('_')
    if (!this.groups.has(id)) {
      const settings = targetGroupSettings(this.#annotations, service.metadata?.annotations ?? {})
      const targets = readyTargets(endpointSlices, this.#namespace, target.service, port.name)
      this.groups.set(id, { id, ...settings, targets })
    }
    return id
  }
}

function pathMatch({ path = '/', pathType }: V1HTTPIngressPath): PathMatch {
  if (pathType === 'Exact') return { kind: 'exact', value: path }
  if (pathType === 'Prefix') return { kind: 'prefix', value: path }
  return { kind: 'wildcard', value: path }
}

/** What the AWS controller configures for a backend that is not there. */
function unavailable(body: string): Action {
  return { kind: 'fixed', status: 503, contentType: 'text/plain', body }
}
