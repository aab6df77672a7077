/**
 * What a cluster says of one environment, in the words of Argo CD, Rollouts and Kubernetes, reduced to what a verdict
 * needs. Missing objects are null or absent, never guessed.
 */
export type Observation = {
  application: ApplicationFacts | null
  rollouts: RolloutFacts[]
  deployments: DeploymentFacts[]
  pods: PodFacts[]
  jobs: JobFacts[]
  analysisRuns: AnalysisRunFacts[]
}

export type ApplicationFacts = {
  name: string
  sync: string
  health: string
  /** Commits that live state was last compared with; one per source. */
  revisions: string[]
  automated: boolean
  operation: OperationFacts | null
  /** Conditions that Argo CD reports as errors: `type: message`. */
  errors: string[]
}

export type OperationFacts = {
  phase: string
  message: string
  revisions: string[]
  /** ISO 8601; stays the same over Argo CD's own retries of one sync. */
  startedAt: string
  /** An attempt has failed and Argo CD waits to try again (phase Running with a finish time). */
  betweenAttempts: boolean
  /** How often Argo CD has retried this sync, and how often it will at most (undefined: no retry). */
  retries: number
  retryLimit: number | undefined
  hooks: { kind: string; name: string; syncPhase: string; phase: string; message: string }[]
}

export type RolloutFacts = {
  name: string
  phase: string
  message: string
  aborted: boolean
  /** The controller has seen the newest spec. */
  current: boolean
  /** Pod hash of the newest spec, and of the version that is fully rolled out. */
  podHash: string
  stableHash: string
  step: number | undefined
  steps: number
  weight: number | undefined
  /** Waits for a person: a pause without a duration. */
  pausedIndefinitely: boolean
  images: string[]
  replicas: { desired: number; updated: number; available: number }
}

export type DeploymentFacts = {
  name: string
  current: boolean
  images: string[]
  replicas: { desired: number; updated: number; available: number; total: number }
  /** Message of the condition Progressing=False, when the deadline has passed. */
  stuck: string | undefined
}

export type PodFacts = {
  name: string
  component: string
  phase: string
  ready: boolean
  terminating: boolean
  /** Kind of the owner: ReplicaSet, Job, … */
  owner: string
  /** Pod hash of its Rollout or Deployment, or empty. */
  hash: string
  containers: {
    image: string
    imageId: string
    waiting: string | undefined
    message: string
    restarts: number
  }[]
}

export type JobFacts = {
  name: string
  /** Argo CD hook phase (PreSync, PostSync, …), or empty. */
  hook: string
  images: string[]
  state: 'active' | 'succeeded' | 'failed'
  /** Reason and message of the failure (BackoffLimitExceeded, DeadlineExceeded). */
  message: string
  startedAt: string | undefined
}

export type AnalysisRunFacts = {
  name: string
  rollout: string
  podHash: string
  phase: string
  message: string
  /** Metrics that did not succeed: `name: message`. */
  failures: string[]
}
