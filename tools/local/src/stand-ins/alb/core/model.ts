/** What the load balancer does, in ALB's words. Built from Kubernetes objects, rendered for HAProxy. */
export interface LoadBalancer {
  /** In order of evaluation: the first rule that matches a request decides. */
  readonly rules: readonly Rule[]
  readonly targetGroups: readonly TargetGroup[]
  /** Ingresses that could not be understood in full; their rules answer 503. */
  readonly problems: readonly Problem[]
}

export interface Problem {
  /** `namespace/name` of the Ingress. */
  readonly ingress: string
  readonly message: string
}

export interface Rule {
  /** Unique and stable: Ingress and place of the path in it. */
  readonly id: string
  /** `namespace/name` of the Ingress. */
  readonly ingress: string
  /** Host name, possibly with a leading `*.`; absent: any host. */
  readonly host?: string
  readonly path: PathMatch
  readonly headers: readonly HeaderMatch[]
  readonly listeners: Listeners
  readonly action: Action
}

/** Paths are ALB path patterns when `wildcard`: `*` any characters, `?` one. */
export interface PathMatch {
  readonly kind: 'exact' | 'prefix' | 'wildcard'
  readonly value: string
}

/** One of `values` (with `*` and `?`) must match one value of the header. */
export interface HeaderMatch {
  readonly name: string
  readonly values: readonly string[]
}

export interface Listeners {
  readonly http: boolean
  readonly https: boolean
  /** HTTP requests are sent to this port over HTTPS. */
  readonly sslRedirectPort?: number
}

export type Action = ForwardAction | FixedResponse | Redirect

export interface ForwardAction {
  readonly kind: 'forward'
  /** Key of the weights; the same for every rule that names the same annotation. */
  readonly id: string
  /** Shares are `weight / sum of weights` (0 to 999 each). One group alone may be unweighted. */
  readonly groups: readonly WeightedGroup[]
}

export interface WeightedGroup {
  /** Id of a TargetGroup. */
  readonly id: string
  readonly weight: number
}

export interface FixedResponse {
  readonly kind: 'fixed'
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Fields may hold ALB's `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`. */
export interface Redirect {
  readonly kind: 'redirect'
  readonly status: 301 | 302
  readonly protocol: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string
}

export interface TargetGroup extends TargetGroupSettings {
  /** `<namespace>_<ingress>_<service>_<port>`: one per Ingress and Service port, as the AWS controller makes them. */
  readonly id: string
  /** Endpoints that are ready: what is registered. The rest is drained or gone. */
  readonly targets: readonly Target[]
}

export interface TargetGroupSettings {
  readonly protocol: 'HTTP' | 'HTTPS'
  readonly version: 'HTTP1' | 'HTTP2'
  readonly algorithm: 'round_robin' | 'least_outstanding_requests'
  readonly healthCheck: HealthCheck
  /** How long a deregistered target may finish what it has. */
  readonly deregistrationDelaySeconds: number
  /** Of connections without data, WebSockets included. */
  readonly idleTimeoutSeconds: number
}

export interface HealthCheck {
  readonly path: string
  /** Absent: the port that gets the traffic. */
  readonly port?: number
  readonly protocol: 'HTTP' | 'HTTPS'
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** As ALB writes them: `200`, `200,202`, `200-299`. */
  readonly successCodes: string
}

export interface Target {
  /** `address:port`. */
  readonly id: string
  readonly address: string
  readonly port: number
  readonly pod?: string
}
