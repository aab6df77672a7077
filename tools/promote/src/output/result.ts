import { z } from 'zod'
import { type ExitCode, exitCodes } from '../errors.ts'

/** The version of everything that `--json` prints. A change that a reader could trip over gets a new one. */
export const schemaVersion = 'promote/v1'

const image = z.object({ repository: z.string(), tag: z.string(), digest: z.string() })
const release = z.object({ commit: z.string(), images: z.record(z.string(), image) }).nullable()
const commit = z.object({
  sha: z.string(),
  subject: z.string(),
  author: z.string(),
  date: z.string(),
  url: z.string(),
})
const blocker = z.object({ kind: z.string(), name: z.string(), message: z.string() }).nullable()
const imageChange = z.object({ name: z.string(), from: image.nullable(), to: image })
const migration = z.object({
  name: z.string(),
  path: z.string(),
  class: z.enum(['expand', 'contract', 'unclassified']),
})
const changes = {
  from: z.string(),
  to: z.string(),
  images: z.array(imageChange),
  commits: z.array(commit),
  commitsUrl: z.string().nullable(),
  migrations: z.array(migration),
}
const verdict = z.object({
  rule: z.string(),
  verdict: z.enum(['pass', 'refuse', 'note']),
  reason: z.string(),
  remedy: z.string().optional(),
})
const pullRequest = z.object({
  number: z.number(),
  url: z.string(),
  change: z.enum(['opened', 'updated', 'unchanged']),
})

type TreeShape = { kind: string; name: string; mark: string; detail: string; children: TreeShape[] }
const tree: z.ZodType<TreeShape> = z.lazy(() =>
  z.object({
    kind: z.string(),
    name: z.string(),
    mark: z.enum(['done', 'running', 'failed', 'pending']),
    detail: z.string(),
    children: z.array(tree),
  }),
)

const holding = z.object({
  environment: z.string(),
  /** The reason in the file before and after; null: not held. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  commit: z.object({ sha: z.string(), url: z.string() }).nullable(),
})

const details = {
  bump: z.object({
    release,
    commit: z.object({ sha: z.string(), url: z.string() }).nullable(),
    environments: z.array(
      z.object({
        name: z.string(),
        change: z.enum(['write', 'unchanged', 'held']),
        before: release,
        /** Why it is held, when that is why it was not written. */
        hold: z.string().nullable(),
      }),
    ),
  }),
  promote: z.object({ ...changes, gates: z.array(verdict), pullRequest: pullRequest.nullable() }),
  diff: z.object(changes),
  status: z.object({
    environments: z.array(
      z.object({
        name: z.string(),
        release,
        since: z.string().nullable(),
        pullRequest: z.object({ number: z.number(), url: z.string() }).nullable(),
        state: z.enum(['healthy', 'progressing', 'waiting', 'degraded', 'never-released', 'unknown']),
        blocker,
        differsFrom: z.array(z.string()),
        /** Why it is held; null: it is not. */
        hold: z.string().nullable(),
      }),
    ),
  }),
  wait: z.object({
    environment: z.string(),
    release,
    state: z.enum(['healthy', 'progressing', 'waiting', 'degraded', 'never-released']),
    blocker,
    seconds: z.number(),
    tree: tree.nullable(),
  }),
  rollback: z.object({
    environment: z.string(),
    from: release,
    to: release,
    images: z.array(imageChange),
    /** Those of the releases that are taken back; they stay applied. */
    migrations: z.array(migration),
    gates: z.array(verdict),
    pullRequest: pullRequest.nullable(),
  }),
  hold: holding,
  'release-hold': holding,
  history: z.object({
    environments: z.array(
      z.object({
        name: z.string(),
        /** The history goes on further back than was asked for. */
        more: z.boolean(),
        /** Newest first. */
        entries: z.array(
          z.object({
            commit,
            release,
            writer: z.enum(['bump', 'promote', 'rollback', 'somebody']),
            aroundTheBot: z.boolean(),
            pullRequest: z.object({ number: z.number(), url: z.string() }).nullable(),
          }),
        ),
      }),
    ),
  }),
}

const outcome = z.enum(['done', 'failed', 'refused', 'timed-out', 'nothing-to-do', 'waiting', 'planned'])
const common = {
  schema: z.literal(schemaVersion),
  outcome,
  /** One line: what came of it. */
  summary: z.string(),
  /** What to type or open now. */
  next: z.array(z.string()),
}

/** Everything that a command can answer; the JSON output is exactly this. */
export const resultSchema = z.discriminatedUnion('command', [
  z.object({ ...common, command: z.literal('bump'), details: details.bump }),
  z.object({ ...common, command: z.literal('promote'), details: details.promote }),
  z.object({ ...common, command: z.literal('diff'), details: details.diff }),
  z.object({ ...common, command: z.literal('status'), details: details.status }),
  z.object({ ...common, command: z.literal('wait'), details: details.wait }),
  z.object({ ...common, command: z.literal('rollback'), details: details.rollback }),
  z.object({ ...common, command: z.literal('hold'), details: details.hold }),
  z.object({ ...common, command: z.literal('release-hold'), details: details['release-hold'] }),
  z.object({ ...common, command: z.literal('history'), details: details.history }),
])

export const errorSchema = z.object({
  schema: z.literal(schemaVersion),
  outcome: z.enum(['failed', 'wrong-use', 'refused', 'timed-out', 'nothing-to-do', 'waiting']),
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }),
})

export type Result = z.output<typeof resultSchema>
export type Outcome = z.output<typeof outcome>
export type ResultOf<C extends Result['command']> = Extract<Result, { command: C }>
export type ReleaseOut = z.output<typeof release>
export type ErrorOut = z.output<typeof errorSchema>

const exits: Record<Outcome, ExitCode> = {
  done: exitCodes.done,
  planned: exitCodes.done,
  failed: exitCodes.failed,
  refused: exitCodes.refused,
  'timed-out': exitCodes.timedOut,
  'nothing-to-do': exitCodes.nothingToDo,
  waiting: exitCodes.waiting,
}

export function exitCodeOf(result: Result): ExitCode {
  return exits[result.outcome]
}
