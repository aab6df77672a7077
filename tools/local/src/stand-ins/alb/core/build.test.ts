import type { V1Endpoint, V1EndpointSlice, V1Ingress, V1Service } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { buildLoadBalancer } from './build.ts'

const PREFIX = 'alb.ingress.kubernetes.io'

function ingress(
  annotations: Record<string, string> = {},
  changes: Partial<V1Ingress['spec']> = {},
): V1Ingress {
  const backend = (name: string, port: { name?: string; number?: number }) => ({ service: { name, port } })
  const at = (host: string, to: ReturnType<typeof backend>) => ({
    host,
    http: { paths: [{ path: '/', pathType: 'Prefix', backend: to }] },
  })
  return {
    metadata: { name: 'appname', namespace: 'appname-prod', annotations },
    spec: {
      ingressClassName: 'alb',
      rules: [
        at('App.appname.example', backend('web', { number: 3000 })),
        at('api.appname.example', backend('api', { name: 'use-annotation' })),
      ],
      ...changes,
    },
  }
}

function service(name: string, port: number, annotations: Record<string, string> = {}): V1Service {
  return {
    metadata: { name, namespace: 'appname-prod', annotations },
    spec: { ports: [{ name: 'http', port }] },
  }
}

function slice(name: string, port: number, endpoints: V1Endpoint[]): V1EndpointSlice {
  return {
    addressType: 'IPv4',
    metadata: { namespace: 'appname-prod', labels: { 'kubernetes.io/service-name': name } },
    ports: [{ name: 'http', port }],
    endpoints,
  }
}

const SERVICES = [service('web', 3000), service('api-ping', 4000), service('api-pong', 4000)]

/** As Argo Rollouts writes it. */
function weights(ping: number, pong: number): Record<string, string> {
  const group = (ServiceName: string, Weight: number) => ({ ServiceName, ServicePort: '4000', Weight })
  const TargetGroups = [group('api-ping', ping), group('api-pong', pong)]
  return { [`${PREFIX}/actions.api`]: JSON.stringify({ Type: 'forward', ForwardConfig: { TargetGroups } }) }
}

function actionFor(host: string, ...parts: Parameters<typeof ingress>): unknown {
  const built = buildLoadBalancer({ ingresses: [ingress(...parts)], services: SERVICES, endpointSlices: [] })
  return built.rules.find((rule) => rule.host === host)?.action
}

describe('backends', () => {
  test('a numbered port forwards to the Service; hosts count in any case', () => {
    expect(actionFor('app.appname.example')).toEqual({
      kind: 'forward',
      id: 'appname-prod/appname/web:3000',
      groups: [{ id: 'appname-prod_appname_web_3000', weight: 1 }],
    })
  })

  test('use-annotation forwards by the weights that Argo Rollouts wrote', () => {
    expect(actionFor('api.appname.example', weights(20, 80))).toEqual({
      kind: 'forward',
      id: 'appname-prod/appname/api',
      groups: [
        { id: 'appname-prod_appname_api-ping_4000', weight: 20 },
        { id: 'appname-prod_appname_api-pong_4000', weight: 80 },
      ],
    })
  })

  test('use-annotation without its annotation answers 503, as the AWS controller configures it', () => {
    expect(actionFor('api.appname.example')).toMatchObject({
      kind: 'fixed',
      status: 503,
      body: 'Backend action does not exist',
    })
  })

  test('a Service or port that does not exist answers 503', () => {
    const missing = {
      [`${PREFIX}/actions.api`]: weights(1, 1)[`${PREFIX}/actions.api`]?.replace('4000', '4001') ?? '',
    }
    const answer = { kind: 'fixed', status: 503, body: 'Backend service does not exist' }
    expect(actionFor('api.appname.example', missing)).toMatchObject(answer)
  })

  test('an annotation that cannot be read is a problem, and all of its Ingress answers 503', () => {
    const ingresses = [ingress({ [`${PREFIX}/actions.api`]: '{"type":"forward"}' })]
    const built = buildLoadBalancer({ ingresses, services: SERVICES, endpointSlices: [] })
    expect(built.problems).toEqual([
      { ingress: 'appname-prod/appname', message: expect.stringContaining('actions.api: forwardconfig') },
    ])
    expect(built.rules.map((rule) => rule.action)).toMatchObject([{ status: 503 }, { status: 503 }])
  })

  test('an Ingress of another class is left alone', () => {
    const built = buildLoadBalancer({
      ingresses: [ingress({}, { ingressClassName: 'nginx' })],
      services: SERVICES,
      endpointSlices: [],
    })
    expect(built.rules).toEqual([])
  })
})

describe('targets', () => {
  test('only ready endpoints that are not on their way out are registered, at their own port', () => {
    const endpoints = [
      { addresses: ['10.244.0.2'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web-a' } },
      { addresses: ['10.244.0.3'], conditions: { ready: false } },
      { addresses: ['10.244.0.4'], conditions: { ready: true, serving: true, terminating: true } },
    ]
    const endpointSlices = [slice('web', 13000, endpoints), slice('other', 1, endpoints)]
    const built = buildLoadBalancer({ ingresses: [ingress()], services: SERVICES, endpointSlices })
    expect(built.targetGroups.map(({ id, targets }) => ({ id, targets }))).toEqual([
      {
        id: 'appname-prod_appname_web_3000',
        targets: [{ id: '10.244.0.2:13000', address: '10.244.0.2', port: 13000, pod: 'web-a' }],
      },
    ])
  })

  test("a Service's own annotations win over the Ingress's", () => {
    const services = [
      service('web', 3000, { [`${PREFIX}/healthcheck-path`]: '/api/health' }),
      ...SERVICES.filter(({ metadata }) => metadata?.name !== 'web'),
    ]
    const annotations = {
      ...weights(0, 100),
      [`${PREFIX}/healthcheck-path`]: '/health/ready',
      [`${PREFIX}/healthcheck-interval-seconds`]: '5',
      [`${PREFIX}/target-group-attributes`]: 'deregistration_delay.timeout_seconds=30',
      [`${PREFIX}/load-balancer-attributes`]: 'idle_timeout.timeout_seconds=120',
    }
    const built = buildLoadBalancer({ ingresses: [ingress(annotations)], services, endpointSlices: [] })
    const settings = built.targetGroups.map((group) => [group.id.split('_')[2], group.healthCheck.path])
    expect(settings).toEqual([
      ['web', '/api/health'],
      ['api-ping', '/health/ready'],
      ['api-pong', '/health/ready'],
    ])
    expect(built.targetGroups[0]).toMatchObject({
      healthCheck: { intervalSeconds: 5, timeoutSeconds: 5, healthyThreshold: 2, successCodes: '200' },
      deregistrationDelaySeconds: 30,
      idleTimeoutSeconds: 120,
    })
  })
})

describe('rules', () => {
  test('are ordered as ALB evaluates them: named host, conditions, exact path, longer path', () => {
    const backend = { service: { name: 'web', port: { number: 3000 } } }
    const path = (value: string, pathType: string) => ({ path: value, pathType, backend })
    const rules = [
      { http: { paths: [path('/', 'Prefix')] } },
      { host: '*.appname.example', http: { paths: [path('/', 'Prefix')] } },
      {
        host: 'app.appname.example',
        http: { paths: [path('/', 'Prefix'), path('/admin', 'Prefix'), path('/a', 'Exact')] },
      },
    ]
    const built = buildLoadBalancer({
      ingresses: [ingress({}, { rules })],
      services: SERVICES,
      endpointSlices: [],
    })
    expect(built.rules.map((rule) => `${rule.host ?? 'any'} ${rule.path.kind} ${rule.path.value}`)).toEqual([
      'app.appname.example exact /a',
      'app.appname.example prefix /admin',
      'app.appname.example prefix /',
      '*.appname.example prefix /',
      'any prefix /',
    ])
  })

  test.each([
    ['nothing', {}, { http: true, https: false }],
    ['a certificate', { 'certificate-arn': 'arn:aws:acm:x' }, { http: false, https: true }],
    [
      'listen-ports and ssl-redirect',
      { 'listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]', 'ssl-redirect': '443' },
      { http: true, https: true, sslRedirectPort: 443 },
    ],
  ])('listen as %s says', (_, annotations, listeners) => {
    const prefixed = Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`${PREFIX}/${key}`, value]),
    )
    const built = buildLoadBalancer({
      ingresses: [ingress(prefixed)],
      services: SERVICES,
      endpointSlices: [],
    })
    expect(built.rules[0]?.listeners).toEqual(listeners)
  })

  test("Argo Rollouts' header routes become header conditions, before the plain rule", () => {
    const HttpHeaderConfig = { HttpHeaderName: 'x-canary', Values: ['yes'] }
    const annotations = {
      ...weights(0, 100),
      [`${PREFIX}/actions.try-canary`]: weights(100, 0)[`${PREFIX}/actions.api`] ?? '',
      [`${PREFIX}/conditions.try-canary`]: JSON.stringify([{ Field: 'http-header', HttpHeaderConfig }]),
    }
    const backend = (name: string) => ({ service: { name, port: { name: 'use-annotation' } } })
    const paths = ['try-canary', 'api'].map((name) => ({
      path: '/',
      pathType: 'Prefix',
      backend: backend(name),
    }))
    const rules = [{ host: 'api.appname.example', http: { paths } }]
    const built = buildLoadBalancer({
      ingresses: [ingress(annotations, { rules })],
      services: SERVICES,
      endpointSlices: [],
    })
    expect(built.problems).toEqual([])
    expect(built.rules.map((rule) => rule.headers)).toEqual([[{ name: 'x-canary', values: ['yes'] }], []])
  })
})
