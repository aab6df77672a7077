import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkout } from '../paths.ts'
import { binary } from '../toolchain/build.ts'
import { moduleSource } from '../toolchain/programs.ts'
import { addresses } from './addresses.ts'
import { webhookSecret } from './config.ts'
import { apply, kubectl } from './kubectl.ts'
import { certificate, publicAuthority } from './pki.ts'

/** DNS for Pods: CoreDNS runs beside the Pods, so its Service has an endpoint written by hand. */
function dnsObjects(): object[] {
  const metadata = { name: 'kube-dns', namespace: 'kube-system' }
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ]
  const reads = [
    { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ]
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'system:coredns' } }
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: addresses.dns, ports } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
      addressType: 'IPv4',
      ports,
      endpoints: [{ addresses: [addresses.node], conditions: { ready: true } }],
    },
    { ...role, kind: 'ClusterRole', rules: reads },
    {
      ...role,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:coredns' }],
    },
  ]
}

/** The stand-ins' namespace with the certificate under which they answer. */
async function standInObjects(): Promise<object[]> {
  const read = (file: string) => readFile(file, 'utf8')
  const tls = certificate('stand-ins')
  const authority = await publicAuthority()
  const data = {
    'tls.crt': await read(tls.cert),
    'tls.key': await read(tls.key),
    'ca.crt': await read(authority.cert),
  }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'stand-ins' } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'stand-ins-tls', namespace: 'stand-ins' },
      stringData: data,
    },
  ]
}

const addonFile = z.object({
  sources: z
    .array(z.object({ path: z.string(), kustomize: z.object({ patches: z.array(z.unknown()) }) }))
    .min(1),
})

/** Cluster facts that an `addon.yaml` may name as `${facts/…}`, from the cluster's Secret. */
async function clusterFacts(): Promise<Record<string, string>> {
  const rendered = await execa(binary('kustomize'), ['build', join(checkout, 'clusters/local')])
  const secret = rendered.stdout
    .split(/^---$/m)
    .map(
      (text) =>
        parse(text) as { kind: string; metadata: { name: string; annotations?: Record<string, string> } },
    )
    .find((object) => object.kind === 'Secret' && object.metadata.name === 'in-cluster')
  return secret?.metadata.annotations ?? {}
}

/**
 * Argo CD's own manifests with the patches of its add-on, rendered as Argo CD will render them itself afterwards.
 */
async function renderArgoCd(): Promise<string> {
  const facts = await clusterFacts()
  const text = await readFile(join(checkout, 'platform/argo-cd/addon.yaml'), 'utf8')
  const filled = Object.entries(facts).reduce(
    (all, [fact, value]) => all.replaceAll(`\${${fact}}`, value),
    text,
  )
  const source = addonFile.parse(parse(filled)).sources[0]
  if (!source) throw new Error('platform/argo-cd/addon.yaml names no source')
  const dir = await mkdtemp(join(tmpdir(), 'argo-cd-'))
  try {
    await cp(join(await moduleSource('argo-cd'), 'manifests'), join(dir, 'manifests'), { recursive: true })
    await execa('chmod', ['-R', 'u+w', dir])
    const kustomization = { namespace: 'argocd', resources: [source.path], patches: source.kustomize.patches }
    await writeFile(join(dir, 'kustomization.yaml'), JSON.stringify(kustomization))
    return (await execa(binary('kustomize'), ['build', dir])).stdout
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * Argo CD's own keys, made before it starts: its controllers would otherwise run without them until they are restarted.
 * Existing ones stay, because changing them ends every session.
 */
async function ensureArgoCdSecret(): Promise<void> {
  const metadata = { name: 'argocd-secret', namespace: 'argocd' }
  const present = await kubectl([
    'get',
    'secret',
    '-n',
    metadata.namespace,
    metadata.name,
    '--ignore-not-found',
    '-o',
    'name',
  ])
  if (present) return
  const stringData = {
    'server.secretkey': randomBytes(32).toString('base64'),
    'webhook.github.secret': webhookSecret,
  }
  await kubectl(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData }),
  )
}

/**
 * The kinds that the add-ons bring. They come before Argo CD starts: it reads the cluster's API description once after
 * a kind appeared, and can not compare objects whose kind the description did not have by then.
 */
async function addonDefinitions(): Promise<string> {
  const folders = [
    join(await moduleSource('argo-rollouts'), 'manifests/crds'),
    join(await moduleSource('external-secrets'), 'config/crds/bases'),
  ]
  const rendered = await Promise.all(folders.map((folder) => execa(binary('kustomize'), ['build', folder])))
  return rendered.map(({ stdout }) => stdout).join('\n---\n')
}

/** What has to stand before Argo CD can look after everything else, itself included. */
export async function bootstrapPlatform(): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }
  const [standIns, argoCd] = await Promise.all([standInObjects(), renderArgoCd()])
  await apply([...dnsObjects(), namespace, ...standIns])
  await apply(await addonDefinitions())
  await ensureArgoCdSecret()
  await apply(argoCd)
  const definitions = ['applications', 'applicationsets', 'appprojects'].map(
    (name) => `crd/${name}.argoproj.io`,
  )
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...definitions])
  // Its controllers take minutes to ask again for what a repo-server that was not there yet could not give.
  const programs = ['deployment/argocd-repo-server', 'deployment/argocd-redis', 'deployment/argocd-server']
  for (const program of programs)
    await kubectl(['rollout', 'status', '-n', 'argocd', program, '--timeout=180s'])
}

/** Whether Argo CD looks after the cluster already: from then on, what changes it is git alone. */
export async function handedOver(): Promise<boolean> {
  const kinds = await kubectl(['get', 'crd', 'applications.argoproj.io', '--ignore-not-found', '-o', 'name'])
  if (!kinds) return false
  return Boolean(
    await kubectl(['get', 'application', '-n', 'argocd', 'cluster', '--ignore-not-found', '-o', 'name']),
  )
}

/** Hands the cluster to Argo CD: its projects, ApplicationSets and root Application. */
export async function handOver(): Promise<void> {
  await apply((await execa(binary('kustomize'), ['build', join(checkout, 'clusters/local')])).stdout)
}
