import { z } from 'zod'

const oid = z.string().regex(/^[0-9a-f]{40}$/)
const at = z.string()
const login = z.string()

const pull = z.object({
  number: z.number().int(),
  id: z.number().int(),
  title: z.string(),
  body: z.string().nullable(),
  draft: z.boolean(),
  state: z.enum(['open', 'closed']),
  author: login,
  headRef: z.string(),
  baseRef: z.string(),
  /** The head's last known commit; while open, the branch itself is the truth. */
  headOid: oid,
  /** The base at opening; at merging, the base it was merged onto. */
  baseOid: oid,
  labels: z.array(z.string()),
  createdAt: at,
  updatedAt: at,
  closedAt: at.nullable(),
  mergedAt: at.nullable(),
  mergedBy: login.nullable(),
  mergeOid: oid.nullable(),
})

const comment = z.object({
  id: z.number().int(),
  number: z.number().int(),
  author: login,
  body: z.string(),
  createdAt: at,
  updatedAt: at,
})

const review = z.object({
  id: z.number().int(),
  number: z.number().int(),
  author: login,
  body: z.string(),
  state: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED']),
  oid,
  submittedAt: at,
})

const status = z.object({
  id: z.number().int(),
  oid,
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string(),
  description: z.string().nullable(),
  targetUrl: z.string().nullable(),
  creator: login,
  createdAt: at,
})

const checkRun = z.object({
  id: z.number().int(),
  oid,
  name: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z
    .enum(['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'])
    .nullable(),
  externalId: z.string(),
  detailsUrl: z.string().nullable(),
  title: z.string().nullable(),
  summary: z.string().nullable(),
  text: z.string().nullable(),
  startedAt: at,
  completedAt: at.nullable(),
})

const deploymentStatus = z.object({
  id: z.number().int(),
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  description: z.string(),
  environment: z.string(),
  environmentUrl: z.string(),
  logUrl: z.string(),
  creator: login,
  createdAt: at,
})

const deployment = z.object({
  id: z.number().int(),
  oid,
  ref: z.string(),
  task: z.string(),
  environment: z.string(),
  description: z.string().nullable(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]),
  production: z.boolean(),
  transient: z.boolean(),
  creator: login,
  createdAt: at,
  updatedAt: at,
  statuses: z.array(deploymentStatus),
})

const release = z.object({
  id: z.number().int(),
  tag: z.string(),
  target: z.string(),
  name: z.string().nullable(),
  body: z.string().nullable(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  author: login,
  createdAt: at,
  publishedAt: at.nullable(),
})

/** One repository's JSON file: everything that GitHub keeps beside git. */
export const repositoryState = z.object({
  version: z.literal(1),
  id: z.number().int(),
  defaultBranch: z.string(),
  createdAt: at,
  pushedAt: at,
  nextNumber: z.number().int(),
  nextId: z.number().int(),
  /** Branch → contexts that must have succeeded before a pull request into it can be merged. */
  requiredChecks: z.record(z.string(), z.array(z.string())),
  pulls: z.array(pull),
  comments: z.array(comment),
  reviews: z.array(review),
  statuses: z.array(status),
  checkRuns: z.array(checkRun),
  deployments: z.array(deployment),
  releases: z.array(release),
})

export type RepositoryState = z.infer<typeof repositoryState>
export type PullRequest = z.infer<typeof pull>
export type Comment = z.infer<typeof comment>
export type Review = z.infer<typeof review>
export type CommitStatus = z.infer<typeof status>
export type CheckRun = z.infer<typeof checkRun>
export type Deployment = z.infer<typeof deployment>
export type DeploymentStatus = z.infer<typeof deploymentStatus>
export type Release = z.infer<typeof release>
