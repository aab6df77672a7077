import type { V1Deployment, V1Job, V1Pod } from '@kubernetes/client-node'
import { z } from 'zod'
import type {
  AnalysisRunFacts,
  ApplicationFacts,
  DeploymentFacts,
  JobFacts,
  OperationFacts,
  PodFacts,
  RolloutFacts,
} from '../core/observation.ts'

/** Shapes of the custom resources, reduced to what is read; unknown fields are ignored, missing ones have defaults. */
const text = z.string().default('')
const revisions = { revision: z.string().optional(), revisions: z.array(z.string()).optional() }

const operationSchema = z.object({
  phase: text,
  message: text,
  startedAt: text,
  finishedAt: z.string().nullish(),
  retryCount: z.number().default(0),
  operation: z.object({ retry: z.object({ limit: z.number().optional() }).optional() }).optional(),
  syncResult: z
    .object({
      ...revisions,
      resources: z
        .array(
          z.object({
            kind: text,
            name: text,
            hookType: z.string().optional(),
            hookPhase: text,
            syncPhase: text,
            message: text,
          }),
        )
        .nullish(),
    })
    .nullish(),
})

const applicationSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    syncPolicy: z.object({ automated: z.object({ enabled: z.boolean().default(true) }).nullish() }).nullish(),
  }),
  status: z
    .object({
      sync: z.object({ status: text, ...revisions }).optional(),
      health: z.object({ status: text }).optional(),
      conditions: z.array(z.object({ type: text, message: text })).nullish(),
      operationState: operationSchema.optional(),
    })
    .default({}),
})

/** @param raw an `argoproj.io/v1alpha1` Application */
export function applicationFacts(raw: unknown): ApplicationFacts {
  const { metadata, spec, status } = applicationSchema.parse(raw)
  return {
    name: metadata.name,
    sync: status.sync?.status ?? 'Unknown',
    health: status.health?.status ?? 'Unknown',
    revisions: revisionList(status.sync),
    automated: spec.syncPolicy?.automated?.enabled ?? false,
    operation: status.operationState === undefined ? null : operationFacts(status.operationState),
    errors: (status.conditions ?? [])
      .filter(({ type }) => type.endsWith('Error'))
      .map(({ type, message }) => `${type}: ${message}`),
  }
}

function operationFacts(state: z.output<typeof operationSchema>): OperationFacts {
  return {
    phase: state.phase,
    message: state.message,
    revisions: revisionList(state.syncResult ?? undefined),
    startedAt: state.startedAt,
    betweenAttempts: state.phase === 'Running' && state.finishedAt != null,
    retries: state.retryCount,
    retryLimit: state.operation?.retry?.limit,
    hooks: (state.syncResult?.resources ?? [])
      .filter(({ hookType }) => hookType !== undefined)
      .map(({ kind, name, syncPhase, hookPhase, message }) => ({
        kind,
        name,
        syncPhase,
        phase: hookPhase,
        message,
      })),
  }
}

type Revisions = { revision?: string | undefined; revisions?: string[] | undefined } | undefined

function revisionList(from: Revisions): string[] {
  if (from?.revisions !== undefined && from.revisions.length > 0) return from.revisions
  return from?.revision ? [from.revision] : []
}

const containers = z.array(z.object({ image: text }))
const rolloutSchema = z.object({
  metadata: z.object({ name: z.string(), generation: z.number().optional() }),
  spec: z.object({
    replicas: z.number().default(1),
    strategy: z
      .object({
        canary: z
          .object({
            steps: z
              .array(z.object({ pause: z.object({ duration: z.unknown().optional() }).optional() }))
              .nullish(),
          })
          .optional(),
      })
      .default({}),
    template: z.object({ spec: z.object({ containers }) }).optional(),
  }),
  status: z
    .object({
      phase: text,
      message: text,
      abort: z.boolean().default(false),
      observedGeneration: text,
      currentPodHash: text,
      stableRS: text,
      currentStepIndex: z.number().nullish(),
      pauseConditions: z.array(z.object({ reason: text })).nullish(),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      canary: z
        .object({ weights: z.object({ canary: z.object({ weight: z.number().default(0) }) }).nullish() })
        .nullish(),
    })
    .prefault({}),
})

/** @param raw an `argoproj.io/v1alpha1` Rollout */
export function rolloutFacts(raw: unknown): RolloutFacts {
  const { metadata, spec, status } = rolloutSchema.parse(raw)
  const steps = spec.strategy.canary?.steps ?? []
  const step = status.currentStepIndex ?? undefined
  const pause = step === undefined ? undefined : steps[step]?.pause
  const paused = (status.pauseConditions ?? []).some(({ reason }) => reason === 'CanaryPauseStep')
  return {
    name: metadata.name,
    phase: status.phase,
    message: status.message,
    aborted: status.abort,
    current: status.observedGeneration === String(metadata.generation),
    podHash: status.currentPodHash,
    stableHash: status.stableRS,
    step,
    steps: steps.length,
    weight: status.canary?.weights?.canary.weight,
    pausedIndefinitely: paused && pause !== undefined && pause.duration === undefined,
    images: (spec.template?.spec.containers ?? []).map(({ image }) => image),
    replicas: {
      desired: spec.replicas,
      updated: status.updatedReplicas,
      available: status.availableReplicas,
    },
  }
}

const analysisRunSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.object({ kind: text, name: text })).default([]),
  }),
  status: z
    .object({
      phase: text,
      message: text,
      metricResults: z
        .array(
          z.object({
            name: text,
            phase: text,
            message: text,
            measurements: z.array(z.object({ phase: text, message: text })).nullish(),
          }),
        )
        .nullish(),
    })
    .prefault({}),
})

/** @param raw an `argoproj.io/v1alpha1` AnalysisRun */
export function analysisRunFacts(raw: unknown): AnalysisRunFacts {
  const { metadata, status } = analysisRunSchema.parse(raw)
  const failures = (status.metricResults ?? []).filter(({ phase }) =>
    ['Failed', 'Error', 'Inconclusive'].includes(phase),
  )
  return {
    name: metadata.name,
    rollout: metadata.ownerReferences.find(({ kind }) => kind === 'Rollout')?.name ?? '',
    podHash: metadata.labels['rollouts-pod-template-hash'] ?? '',
    phase: status.phase,
    message: status.message,
    failures: failures.map(({ name, phase, message, measurements }) => {
      const said = message || measurements?.findLast((one) => one.message !== '')?.message || phase
      return `${name}: ${said}`
    }),
  }
}

export function deploymentFacts({ metadata, spec, status }: V1Deployment): DeploymentFacts {
  const stuck = status?.conditions?.find(
    ({ type, status: value, reason }) =>
      type === 'Progressing' && value === 'False' && reason === 'ProgressDeadlineExceeded',
  )
  return {
    name: metadata?.name ?? '',
    current: (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0),
    images: (spec?.template.spec?.containers ?? []).map(({ image }) => image ?? ''),
    replicas: {
      desired: spec?.replicas ?? 1,
      updated: status?.updatedReplicas ?? 0,
      available: status?.availableReplicas ?? 0,
      total: status?.replicas ?? 0,
    },
    stuck: stuck?.message,
  }
}

export function podFacts({ metadata, spec, status }: V1Pod): PodFacts {
  const labels = metadata?.labels ?? {}
  return {
    name: metadata?.name ?? '',
    component: labels['app.kubernetes.io/component'] ?? '',
    phase: status?.phase ?? 'Unknown',
    ready: (status?.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True'),
    terminating: metadata?.deletionTimestamp != null,
    owner: metadata?.ownerReferences?.[0]?.kind ?? '',
    hash: labels['rollouts-pod-template-hash'] ?? labels['pod-template-hash'] ?? '',
    containers: (spec?.containers ?? []).map(({ name, image }) => {
      const now = status?.containerStatuses?.find((one) => one.name === name)
      const last = now?.lastState?.terminated
      return {
        image: image ?? '',
        imageId: now?.imageID ?? '',
        waiting: now?.state?.waiting?.reason,
        message: now?.state?.waiting?.message ?? (last ? `last exit ${last.exitCode} (${last.reason})` : ''),
        restarts: now?.restartCount ?? 0,
      }
    }),
  }
}

export function jobFacts({ metadata, spec, status }: V1Job): JobFacts {
  const condition = (type: string) =>
    status?.conditions?.find((one) => one.type === type && one.status === 'True')
  const failure = condition('Failed') ?? condition('FailureTarget')
  const state = failure ? 'failed' : condition('Complete') ? 'succeeded' : 'active'
  return {
    name: metadata?.name ?? '',
    hook: metadata?.annotations?.['argocd.argoproj.io/hook'] ?? '',
    images: (spec?.template.spec?.containers ?? []).map(({ image }) => image ?? ''),
    state,
    message: failure ? `${failure.reason}: ${failure.message}` : '',
    startedAt: (status?.startTime ?? metadata?.creationTimestamp)?.toISOString?.(),
  }
}
