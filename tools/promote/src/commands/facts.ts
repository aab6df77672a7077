import type { Context } from '../context.ts'
import { holdFilePath, promotionFilePath, releaseFilePath } from '../core/layout.ts'
import { classify, type Migration, migrationPaths } from '../core/migrations.ts'
import type { PromotionFile, PromotionStep } from '../core/promotion-file.ts'
import { commitsBetween, imageChanges, type PromotionFacts } from '../core/promotion-plan.ts'
import { neverReleased, type Release } from '../core/release.ts'
import { exitCodes, PromoteError } from '../errors.ts'
import type { Comparison } from '../ports/git-host.ts'
import type { ImageFacts } from '../ports/registry.ts'
import { checkEnvironment, checkName, holdIn, promotionFileIn, readMain, releaseIn, textIn } from './read.ts'

/** What was read, with the text of the target's release file that a write starts from. */
export type Gathered = { facts: PromotionFacts; targetText: string }

/** Most migrations that are read one by one; a promotion with more says so. */
const readMigrations = 200

/**
 * Reads everything that a promotion, or a diff, from one environment to another is made of.
 * @param stepRequired refuse a step that promotion.yaml does not have
 */
export async function gather(
  context: Context,
  from: string,
  to: string,
  stepRequired: boolean,
): Promise<Gathered> {
  for (const name of [from, to]) checkName('an environment', name)
  const { workload, gitHost } = context
  const targetPath = releaseFilePath(workload, to)
  const snapshot = await readMain(context, [
    promotionFilePath(workload),
    releaseFilePath(workload, from),
    targetPath,
    holdFilePath(workload, to),
  ])
  const file = promotionFileIn(snapshot, workload)
  for (const name of [from, to]) checkEnvironment(file, name)
  const step = findStep(file, from, to, stepRequired)
  const [source, target] = [releaseIn(snapshot, workload, from), releaseIn(snapshot, workload, to)]
  const comparable = !neverReleased(source) && !neverReleased(target)
  const [comparison, registry] = await Promise.all([
    comparable ? gitHost.compare(target.commit, source.commit) : null,
    describeImages(context, source),
  ])
  const migrations = await readMigrationsOf(context, comparison, source)
  const facts = {
    workload,
    step,
    revision: snapshot.revision,
    source,
    target,
    hold: holdIn(snapshot, workload, to),
    comparison,
    migrations,
    registry,
  }
  return { facts, targetText: textIn(snapshot, targetPath) }
}

function findStep(file: PromotionFile, from: string, to: string, required: boolean): PromotionStep {
  const step = file.path.find((one) => one.from === from && one.to === to)
  if (step !== undefined) return step
  if (!required) return { from, to, gates: { migrations: 'expand-before-contract' } }
  const steps = file.path.map((one) => `${one.from} ${one.to}`).join(', ') || 'none'
  throw new PromoteError({
    code: 'step-not-allowed',
    message: `promotion.yaml has no step from ${from} to ${to}`,
    remedy: `The steps are: ${steps}.`,
    exitCode: exitCodes.refused,
  })
}

/** What the registry knows of each image of a release. */
export async function describeImages(
  { registry }: Context,
  source: Release,
): Promise<Map<string, ImageFacts | null>> {
  if (neverReleased(source)) return new Map()
  const list = await Promise.all(
    [...source.images].map(
      async ([name, pin]) => [name, await registry.describe(pin.repository, pin.digest)] as const,
    ),
  )
  return new Map(list)
}

/** The migrations that `source` has and what it was compared with has not. */
export async function readMigrationsOf(
  { gitHost }: Context,
  comparison: Comparison | null,
  source: Release,
): Promise<Migration[]> {
  const paths = migrationPaths(comparison?.added ?? []).slice(0, readMigrations)
  if (paths.length === 0) return []
  const snapshot = await gitHost.snapshot({ commit: source.commit }, paths)
  return paths.map((path) => classify(path, snapshot?.files.get(path) ?? null))
}

/** The part of a result that `diff` and `promote` share. */
export function changesOut(facts: PromotionFacts) {
  return {
    from: facts.step.from,
    to: facts.step.to,
    images: imageChanges(facts.source, facts.target),
    commits: commitsBetween(facts).map(({ sha, subject, author, date, url }) => ({
      sha,
      subject,
      author,
      date,
      url,
    })),
    commitsUrl: facts.comparison?.url ?? null,
    migrations: facts.migrations,
  }
}
