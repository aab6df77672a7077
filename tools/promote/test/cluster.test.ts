import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cluster } from '../src/ports/cluster.ts'
import { clusterFromKubeconfig } from '../src/ports/cluster-kubernetes.ts'
import { MemoryCluster } from '../src/ports/cluster-memory.ts'
import { analysisRun, application, deployment, job, observation, pod, rollout } from './cluster-objects.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const place = { application: 'appname-prod', namespace: 'appname-prod' }
const argo = '/apis/argoproj.io/v1alpha1/namespaces'
const list = (items: unknown[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items })

let folder: string
let kubeconfig: string
let server: Server
/** What the API server answers, by path: an object, or a status. */
let answers: Map<string, unknown>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'promote-cluster-'))
  server = createServer((request, response) => {
    const answer = answers.get((request.url ?? '').split('?')[0] ?? '') ?? 404
    const status = typeof answer === 'number' ? answer : 200
    const body =
      typeof answer === 'number'
        ? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status }
        : answer
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  kubeconfig = await writeKubeconfig('config', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  answers = new Map<string, unknown>([
    [`${argo}/argocd/applications/appname-prod`, application()],
    [`${argo}/appname-prod/rollouts`, list([rollout()])],
    [`${argo}/appname-prod/analysisruns`, list([analysisRun('Successful')])],
    ['/apis/apps/v1/namespaces/appname-prod/deployments', list([deployment()])],
    ['/api/v1/namespaces/appname-prod/pods', list([pod('api'), pod('api', { name: 'api-2' }), pod('web')])],
    [
      '/apis/batch/v1/namespaces/appname-prod/jobs',
      list([job('migrate', 'PreSync', {}), job('smoke', 'PostSync', {})]),
    ],
  ])
})

async function writeKubeconfig(name: string, address: string): Promise<string> {
  const path = join(folder, name)
  const named = (key: string, value: unknown) => [{ name, [key]: value }]
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: named('cluster', { server: address, 'insecure-skip-tls-verify': true }),
    users: named('user', {}),
    contexts: named('context', { cluster: name, user: name }),
    'current-context': name,
  }
  await writeFile(path, JSON.stringify(config))
  return path
}

function real(variables: Record<string, string> = {}, context?: string): Cluster {
  const cluster = clusterFromKubeconfig({ KUBECONFIG: kubeconfig, ...variables }, context)
  if (cluster === null) throw new Error('no kubeconfig')
  return cluster
}

describe.each<[string, () => Cluster, () => Cluster]>([
  ['in memory', () => new MemoryCluster({ 'appname-prod': [observation()] }), () => new MemoryCluster({})],
  [
    'Kubernetes',
    () => real(),
    () => {
      answers = new Map(
        [...answers].flatMap(([path]) => (path.startsWith(argo) ? [] : [[path, list([])] as const])),
      )
      return real()
    },
  ],
])('a cluster: %s', (_, full, empty) => {
  test('shows what stands in an environment', async () => {
    expect(await full().observe(place)).toEqual(observation())
  })

  test('shows nothing where nothing is, even when it does not know the kinds', async () => {
    const nothing = { application: null, rollouts: [], deployments: [], pods: [], jobs: [], analysisRuns: [] }
    expect(await empty().observe(place)).toEqual(nothing)
  })
})

describe('a cluster that can not be looked at', () => {
  test.each([401, 403])('%d is an error that says so', async (status) => {
    answers.set('/api/v1/namespaces/appname-prod/pods', status)
    await expect(real().observe(place)).rejects.toMatchObject({ code: 'cluster-forbidden' })
  })

  test('one that is away is an error that names it', async () => {
    const away = await writeKubeconfig('away', 'http://127.0.0.1:9')
    await expect(real({ KUBECONFIG: away }).observe(place)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringContaining('http://127.0.0.1:9'),
    })
  })
})

describe('the kubeconfig', () => {
  test('is optional', () => {
    expect(clusterFromKubeconfig({ HOME: folder }, undefined)).toBeNull()
    expect(clusterFromKubeconfig({ KUBECONFIG: join(folder, 'none') }, undefined)).toBeNull()
  })

  test('may be several files, of which a context is chosen', async () => {
    const away = await writeKubeconfig('away', 'http://127.0.0.1:9')
    const KUBECONFIG = `${away}:${kubeconfig}`
    expect((await real({ KUBECONFIG }, 'config').observe(place)).application?.name).toBe('appname-prod')
    expect(() => real({ KUBECONFIG }, 'moon')).toThrow(
      expect.objectContaining({ code: 'context-unknown', remedy: 'Choose one of: away, config.' }),
    )
  })

  test('that is broken is an error', async () => {
    const broken = join(folder, 'broken')
    await writeFile(broken, 'a: [')
    expect(() => real({ KUBECONFIG: broken })).toThrow(
      expect.objectContaining({ code: 'kubeconfig-malformed' }),
    )
  })
})
