/** A small environment that every rule accepts; tests change one thing and expect one refusal. */

import type { ClusterApplication } from '../argo/applications.ts'
import type { Context, Rule } from '../context.ts'
import type { Graph } from '../graph.ts'
import { type JsonObject, type Manifest, nameOf, object, titleOf } from '../manifest.ts'
import type { Pins } from '../modules.ts'
import { type Kustomization, parseObjects } from '../render.ts'
import { roleOf } from '../repository.ts'
import { parseYamlFile, type YamlFile } from '../yaml.ts'

const commit = 'a'.repeat(40)
const image = (name: string) =>
  `000000000000.dkr.ecr.eu-central-1.amazonaws.com/${name}:sha-${commit}@sha256:${'b'.repeat(64)}`

const labels = (component: string) => `
    app.kubernetes.io/name: shop
    app.kubernetes.io/part-of: shop
    app.kubernetes.io/managed-by: kustomize
    app.kubernetes.io/version: '${commit}'
    app.kubernetes.io/component: ${component}`

const metadata = (kind: string, name: string, component: string) => `
kind: ${kind}
metadata:
  name: ${name}
  namespace: shop-stage
  labels: ${labels(component)}`

const indent = (text: string, by: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))

const template = (component: string, restart: string) => `
template:
  metadata:
    labels: ${indent(labels(component), 2)}
  spec:
    serviceAccountName: ${component}
    terminationGracePeriodSeconds: 60
    ${restart}
    securityContext: {runAsNonRoot: true, runAsUser: 1001, seccompProfile: {type: RuntimeDefault}}
    containers:
      - name: ${component}
        image: ${image('shop-api')}
        ports: [{name: http, containerPort: 4000}]
        env:
          - {name: PASSWORD, valueFrom: {secretKeyRef: {name: app-secrets, key: PASSWORD}}}
        livenessProbe: {httpGet: {path: /healthz, port: http}}
        readinessProbe: {httpGet: {path: /readyz, port: http}}
        lifecycle: {preStop: {sleep: {seconds: 15}}}
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}`

const account = (name: string) => `apiVersion: v1${metadata('ServiceAccount', name, name)}`
const selector = '{app.kubernetes.io/name: shop, app.kubernetes.io/component: api}'

const service = (name: string, selects: string) => `
apiVersion: v1${metadata('Service', name, 'api')}
spec:
  ports: [{name: http, port: 4000, targetPort: http}]
  ${selects}`

const namespacePart = [
  `apiVersion: v1${metadata('Namespace', 'shop-stage', 'namespace')}
    pod-security.kubernetes.io/enforce: restricted`,
  ...['api', 'migrate', 'canary-check'].map(account),
  `apiVersion: external-secrets.io/v1${metadata('ExternalSecret', 'app-secrets', 'api')}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: store}
  target: {name: app-secrets}
  data: [{secretKey: PASSWORD, remoteRef: {key: shop, property: password}}]`,
]

const releasePart = [
  `apiVersion: v1${metadata('ConfigMap', 'app-config', 'api')}
data: {PORT: '4000'}`,
  `apiVersion: argoproj.io/v1alpha1${metadata('Rollout', 'api', 'api')}
spec:
  selector: {matchLabels: ${selector}}
  strategy:
    canary:
      pingPong: {pingService: api-ping, pongService: api-pong}
      trafficRouting: {alb: {ingress: shop, rootService: api, servicePort: 4000}}
      steps:
        - setWeight: 10
        - analysis: {templates: [{templateName: canary}], args: [{name: target, value: api}]}
${indent(template('api', ''), 2)}`,
  service('api', `selector: ${selector}`),
  service('api-ping', ''),
  service('api-pong', ''),
  `apiVersion: networking.k8s.io/v1${metadata('Ingress', 'shop', 'api')}
spec:
  ingressClassName: alb
  rules:
    - host: api.stage.shop.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {name: use-annotation}}}}]}`,
  `apiVersion: autoscaling/v2${metadata('HorizontalPodAutoscaler', 'api', 'api')}
spec:
  scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: api}
  minReplicas: 1
  maxReplicas: 2`,
  `apiVersion: policy/v1${metadata('PodDisruptionBudget', 'api', 'api')}
spec:
  minAvailable: 1
  selector: {matchLabels: ${selector}}`,
  `apiVersion: argoproj.io/v1alpha1${metadata('AnalysisTemplate', 'canary', 'canary-check')}
spec:
  args: [{name: target}]
  metrics:
    - name: canary-check
      count: 1
      failureLimit: 0
      provider:
        job:
          spec:
            activeDeadlineSeconds: 60
            backoffLimit: 0
${indent(template('canary-check', 'restartPolicy: Never'), 12)}`,
  `apiVersion: batch/v1${metadata('Job', 'migrate', 'migrate')}
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
spec:
  activeDeadlineSeconds: 300
${indent(template('migrate', 'restartPolicy: Never'), 2)}`,
]

/** Example objects by title, to be changed in place before they go into a context. */
export interface Example {
  namespace: Manifest[]
  release: Manifest[]
}

export function example(): Example {
  return { namespace: namespacePart.flatMap(parseObjects), release: releasePart.flatMap(parseObjects) }
}

/** The example's object of that title, such as `Rollout/api`. */
export function pick({ namespace, release }: Example, title: string): Manifest {
  const found = [...namespace, ...release].find((manifest) => titleOf(manifest) === title)
  if (!found) throw new Error(`the example has no ${title}`)
  return found
}

/** Sets (or, with undefined, deletes) the value at `path` of an object, in place. */
export function put(target: Manifest, path: (string | number)[], value: unknown): void {
  let here = target as unknown as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) {
    here[step] ??= {}
    here = here[step] as Record<string | number, unknown>
  }
  const last = path.at(-1) ?? ''
  if (value === undefined) delete here[last]
  else here[last] = value
}

export const examplePins: Pins = {
  kubernetes: 'v9.1.1',
  'argo-cd': 'v9.2.2',
  'argo-rollouts': 'v9.3.3',
  'external-secrets': 'v9.4.4',
  'metrics-server': 'v9.5.5',
  kustomize: 'v9.6.6',
}

function emptyGraph(files: string[] = []): Graph {
  return { folders: [], files, kustomizations: new Map(), sources: new Map(), remote: [], missing: [] }
}

/** A rendered kustomization at `path`; every object says that it is declared in `<path>/<kind>-<name>.yaml`. */
export function kustomizationAt(
  path: string,
  manifests: Manifest[],
  graph: Partial<Graph> = {},
): Kustomization {
  const objects = manifests.map((manifest) => ({
    manifest,
    file: `${path}/${manifest.kind.toLowerCase()}-${nameOf(manifest)}.yaml`,
  }))
  return { path, role: roleOf(path), graph: { ...emptyGraph(), ...graph }, objects }
}

/** A context with the example as environment `stage` of workload `shop`, and whatever else a test gives. */
export function contextOf(environment: Example = example(), more: Partial<Context> = {}): Context {
  const kustomizations = [
    kustomizationAt('workloads/shop/envs/stage/namespace', environment.namespace),
    kustomizationAt('workloads/shop/envs/stage/release', environment.release, {
      files: ['workloads/shop/envs/stage/release/release.yaml'],
    }),
  ]
  return {
    files: [],
    kustomizations,
    texts: [],
    pins: examplePins,
    argo: { applications: [], problems: [] },
    sources: [],
    ...more,
  }
}

/** The example with one change to one object. */
export function changed(title: string, path: (string | number)[], value: unknown): Context {
  const environment = example()
  put(pick(environment, title), path, value)
  return contextOf(environment)
}

/** Parsed objects of a YAML text. */
export function manifests(yaml: string): Manifest[] {
  return parseObjects(yaml)
}

/** What a rule refuses (or tells) in a context, as `object or file: message`. */
export function refusals(rule: Rule, context: Context): string[] {
  return rule.check(context).map(({ object, file, message }) => `${object || file}: ${message}`)
}

/** A file as `readContext` gives it. */
export function yamlFile(path: string, text: string): YamlFile {
  return parseYamlFile(path, text)
}

/** A cluster's rendered folder: its Secret, an ApplicationSet, the projects, as far as tests need them. */
export function clusterAt(name: string, yaml: string): Kustomization {
  return kustomizationAt(`clusters/${name}`, parseObjects(yaml))
}

/** An Application that some cluster has; `spec` is laid over one that every rule accepts. */
export function applicationOn(cluster: string, name: string, spec: JsonObject = {}): ClusterApplication {
  const [application] = parseObjects(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
  annotations: {argocd.argoproj.io/manifest-generate-paths: .;/workloads/shop/base}
spec:
  project: workloads
  source: {repoURL: https://example.com/shop.git, targetRevision: main, path: workloads/shop/envs/stage/release}
  destination: {server: https://kubernetes.default.svc, namespace: shop-stage}
  syncPolicy:
    automated: {selfHeal: true}
    syncOptions: [ServerSideApply=true, RespectIgnoreDifferences=true]
    retry: {refresh: true, backoff: {duration: 5s}}`)
  if (!application) throw new Error('the example Application does not parse')
  return {
    cluster,
    file: 'clusters/base/applicationset-workloads.yaml',
    application: { ...application, spec: { ...object(application.spec), ...spec } },
  }
}
