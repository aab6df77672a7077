import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { AppsV1Api, BatchV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node'
import type { Observation } from '../core/observation.ts'
import { exitCodes, PromoteError } from '../errors.ts'
import type { Cluster, EnvironmentPlace } from './cluster.ts'
import {
  analysisRunFacts,
  applicationFacts,
  deploymentFacts,
  jobFacts,
  podFacts,
  rolloutFacts,
} from './cluster-facts.ts'

const argo = { group: 'argoproj.io', version: 'v1alpha1' }
const argocdNamespace = 'argocd'

/** A cluster behind a kubeconfig; seven list requests for one observation, sent together. */
export class KubernetesCluster implements Cluster {
  private readonly core: CoreV1Api
  private readonly batch: BatchV1Api
  private readonly apps: AppsV1Api
  private readonly custom: CustomObjectsApi
  private readonly server: string

  constructor(config: KubeConfig) {
    this.core = config.makeApiClient(CoreV1Api)
    this.batch = config.makeApiClient(BatchV1Api)
    this.apps = config.makeApiClient(AppsV1Api)
    this.custom = config.makeApiClient(CustomObjectsApi)
    this.server = config.getCurrentCluster()?.server ?? 'the cluster'
  }

  async observe({ application, namespace }: EnvironmentPlace): Promise<Observation> {
    try {
      const [app, rollouts, runs, deployments, pods, jobs] = await Promise.all([
        this.application(application),
        this.list('rollouts', namespace),
        this.list('analysisruns', namespace),
        this.apps.listNamespacedDeployment({ namespace }),
        this.core.listNamespacedPod({ namespace }),
        this.batch.listNamespacedJob({ namespace }),
      ])
      return {
        application: app === null ? null : applicationFacts(app),
        rollouts: rollouts.map(rolloutFacts),
        analysisRuns: runs.map(analysisRunFacts),
        deployments: deployments.items.map(deploymentFacts),
        pods: pods.items.map(podFacts),
        jobs: jobs.items.map(jobFacts),
      }
    } catch (error) {
      throw this.toError(error)
    }
  }

  private async application(name: string): Promise<unknown> {
    try {
      return await this.custom.getNamespacedCustomObject({
        ...argo,
        namespace: argocdNamespace,
        plural: 'applications',
        name,
      })
    } catch (error) {
      if (codeOf(error) === 404) return null
      throw error
    }
  }

  /** A cluster that does not know the kind yet has none of them. */
  private async list(plural: string, namespace: string): Promise<unknown[]> {
    try {
      const answer = await this.custom.listNamespacedCustomObject({ ...argo, namespace, plural })
      return (answer as { items: unknown[] }).items
    } catch (error) {
      if (codeOf(error) === 404) return []
      throw error
    }
  }

  private toError(error: unknown): PromoteError {
    const code = codeOf(error)
    if (code === 401 || code === 403)
      return new PromoteError({
        code: 'cluster-forbidden',
        message: `${this.server}: ${code}, not allowed to read Applications, Rollouts, Pods or Jobs`,
        remedy: 'Use a kubeconfig (KUBECONFIG, --context) whose user may read them.',
        cause: error,
      })
    const { cause, message } = error as { cause?: { message?: string }; message?: string }
    const reason = (cause?.message ?? message ?? String(error)).split('\n')[0]?.slice(0, 200)
    return new PromoteError({
      code: 'cluster-unreachable',
      message: `${this.server}: ${reason}`,
      remedy: 'Check that the cluster runs and that KUBECONFIG and --context name it.',
      cause: error,
    })
  }
}

function codeOf(error: unknown): number | undefined {
  return (error as { code?: number }).code
}

/**
 * The cluster that KUBECONFIG (else ~/.kube/config) and `--context` name; null when there is no such file.
 * @throws PromoteError kubeconfig-malformed, context-unknown
 */
export function clusterFromKubeconfig(
  variables: { KUBECONFIG?: string | undefined; HOME?: string | undefined },
  context: string | undefined,
): Cluster | null {
  const paths = variables.KUBECONFIG?.split(delimiter) ?? [
    join(variables.HOME ?? homedir(), '.kube', 'config'),
  ]
  const files = paths.filter((path) => path !== '' && existsSync(path))
  if (files.length === 0) return null
  const config = loadAll(files)
  if (context !== undefined) chooseContext(config, context)
  if (config.getCurrentCluster() === null)
    throw malformed(
      files,
      `no current context names a cluster (context ${config.currentContext || 'is not set'})`,
    )
  return new KubernetesCluster(config)
}

function loadAll(files: string[]): KubeConfig {
  const config = new KubeConfig()
  try {
    for (const [index, file] of files.entries()) {
      const one = index === 0 ? config : new KubeConfig()
      one.loadFromFile(file)
      if (one !== config) config.mergeConfig(one)
    }
    return config
  } catch (error) {
    throw malformed(files, (error as Error).message.split('\n')[0] ?? '')
  }
}

function chooseContext(config: KubeConfig, context: string): void {
  if (config.getContextObject(context) === null)
    throw new PromoteError({
      code: 'context-unknown',
      message: `kubeconfig has no context ${JSON.stringify(context)}`,
      remedy: `Choose one of: ${config.contexts.map(({ name }) => name).join(', ') || '(none)'}.`,
      exitCode: exitCodes.wrongUse,
    })
  config.setCurrentContext(context)
}

function malformed(files: string[], problem: string): PromoteError {
  return new PromoteError({
    code: 'kubeconfig-malformed',
    message: `${files.join(', ')}: ${problem}`,
    remedy: 'Point KUBECONFIG at a kubeconfig file that kubectl accepts.',
  })
}
