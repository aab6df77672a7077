import type { HealthCheck, Listeners, TargetGroupSettings } from './model.ts'

export type Annotations = Readonly<Record<string, string>>

const PREFIX = 'alb.ingress.kubernetes.io/'

/** A value that the AWS controller would refuse; the message names the annotation. */
export class InvalidAnnotation extends Error {}

/** The annotation without its prefix, or undefined. */
export function annotation(annotations: Annotations, name: string): string | undefined {
  return annotations[PREFIX + name]
}

/** Parses an annotation that holds JSON. Throws InvalidAnnotation. */
export function jsonAnnotation(annotations: Annotations, name: string): unknown {
  const text = annotation(annotations, name)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidAnnotation(`${PREFIX}${name} is not JSON`)
  }
}

/** Settings of a target group: the Service's annotations win over the Ingress's, then the AWS controller's defaults. */
export function targetGroupSettings(ingress: Annotations, service: Annotations): TargetGroupSettings {
  const merged = { ...ingress, ...service }
  const groupAttributes = attributes(merged, 'target-group-attributes')
  const balancerAttributes = attributes(ingress, 'load-balancer-attributes')
  const protocol = oneOf(merged, 'backend-protocol', ['HTTP', 'HTTPS'])
  const version = oneOf(merged, 'backend-protocol-version', ['HTTP1', 'HTTP2', 'GRPC'])
  const leastOutstanding = groupAttributes['load_balancing.algorithm.type'] === 'least_outstanding_requests'
  return {
    protocol,
    version: version === 'HTTP1' ? 'HTTP1' : 'HTTP2',
    algorithm: leastOutstanding ? 'least_outstanding_requests' : 'round_robin',
    healthCheck: healthCheck(merged, protocol),
    deregistrationDelaySeconds: attributeNumber(groupAttributes, 'deregistration_delay.timeout_seconds', 300),
    idleTimeoutSeconds: attributeNumber(balancerAttributes, 'idle_timeout.timeout_seconds', 60),
  }
}

/** Ports and redirect of an Ingress. With a certificate or TLS and no `listen-ports`: HTTPS only, else HTTP only. */
export function listeners(annotations: Annotations, hasTls: boolean): Listeners {
  const redirect = annotation(annotations, 'ssl-redirect')
  const secure = hasTls || annotation(annotations, 'certificate-arn') !== undefined
  const ports = jsonAnnotation(annotations, 'listen-ports')
  if (ports !== undefined && !Array.isArray(ports)) {
    throw new InvalidAnnotation(`${PREFIX}listen-ports is not a list`)
  }
  const listens = (protocol: string, byDefault: boolean): boolean =>
    ports === undefined ? byDefault : ports.some((entry) => Object.hasOwn(Object(entry), protocol))
  return {
    http: listens('HTTP', !secure),
    https: listens('HTTPS', secure),
    ...(redirect === undefined ? {} : { sslRedirectPort: toNumber(redirect, 'ssl-redirect') }),
  }
}

function healthCheck(annotations: Annotations, protocol: 'HTTP' | 'HTTPS'): HealthCheck {
  const port = annotation(annotations, 'healthcheck-port') ?? 'traffic-port'
  const successCodes = annotation(annotations, 'success-codes') ?? '200'
  if (!/^\d{3}([-,]\d{3})*$/.test(successCodes)) {
    throw new InvalidAnnotation(`${PREFIX}success-codes ${successCodes}: expected 200, 200,202 or 200-299`)
  }
  const number = (name: string, fallback: number): number => {
    const text = annotation(annotations, name)
    return text === undefined ? fallback : toNumber(text, name)
  }
  return {
    path: annotation(annotations, 'healthcheck-path') ?? '/',
    ...(port === 'traffic-port' ? {} : { port: toNumber(port, 'healthcheck-port') }),
    protocol:
      annotation(annotations, 'healthcheck-protocol') === undefined
        ? protocol
        : oneOf(annotations, 'healthcheck-protocol', ['HTTP', 'HTTPS']),
    intervalSeconds: number('healthcheck-interval-seconds', 15),
    timeoutSeconds: number('healthcheck-timeout-seconds', 5),
    healthyThreshold: number('healthy-threshold-count', 2),
    unhealthyThreshold: number('unhealthy-threshold-count', 2),
    successCodes,
  }
}

function attributes(annotations: Annotations, name: string): Record<string, string> {
  const pairs = (annotation(annotations, name) ?? '').split(',').filter((pair) => pair.trim() !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value] = pair.split('=', 2).map((part) => part.trim())
      if (value === undefined) throw new InvalidAnnotation(`${PREFIX}${name}: ${pair} is not key=value`)
      return [key, value]
    }),
  )
}

function attributeNumber(values: Record<string, string>, key: string, fallback: number): number {
  const text = values[key]
  return text === undefined ? fallback : toNumber(text, key)
}

function toNumber(text: string, name: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidAnnotation(`${name} ${text} is not a number`)
  return Number(text)
}

function oneOf<const T extends string>(
  annotations: Annotations,
  name: string,
  values: readonly [T, ...T[]],
): T {
  const text = annotation(annotations, name)
  if (text === undefined) return values[0]
  const found = values.find((value) => value === text)
  if (found === undefined)
    throw new InvalidAnnotation(`${PREFIX}${name} ${text}: expected ${values.join(' or ')}`)
  return found
}
