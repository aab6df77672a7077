import type { Context } from '../context.ts'
import { type Hold, readHold } from '../core/hold.ts'
import { holdFilePath, promotionFilePath, releaseFilePath } from '../core/layout.ts'
import { type PromotionFile, readPromotionFile } from '../core/promotion-file.ts'
import { type Release, readRelease } from '../core/release.ts'
import { exitCodes, PromoteError } from '../errors.ts'
import type { Snapshot } from '../ports/git-host.ts'

/** Reads files at the head of main, as one state. */
export async function readMain({ gitHost }: Context, paths: readonly string[]): Promise<Snapshot> {
  const snapshot = await gitHost.snapshot({ branch: gitHost.defaultBranch }, paths)
  if (snapshot !== null) return snapshot
  throw new PromoteError({
    code: 'git-host-not-found',
    message: `the repository has no branch ${gitHost.defaultBranch}`,
    remedy: 'Check GITHUB_REPOSITORY; push the branch.',
  })
}

export function promotionFileIn(snapshot: Snapshot, workload: string): PromotionFile {
  const path = promotionFilePath(workload)
  return readPromotionFile(textIn(snapshot, path), path)
}

export function releaseIn(snapshot: Snapshot, workload: string, environment: string): Release {
  const path = releaseFilePath(workload, environment)
  return readRelease(textIn(snapshot, path), path)
}

/** Why an environment is held; its hold file must be among the files of the snapshot. */
export function holdIn(snapshot: Snapshot, workload: string, environment: string): Hold | null {
  return readHold(snapshot.files.get(holdFilePath(workload, environment)))
}

/** @throws PromoteError file-missing */
export function textIn(snapshot: Snapshot, path: string): string {
  const text = snapshot.files.get(path)
  if (typeof text === 'string') return text
  throw new PromoteError({
    code: 'file-missing',
    message: `${path}: is not on main`,
    remedy: 'Check --workload and the name of the environment, or add the file by a pull request.',
  })
}

/** @throws PromoteError environment-unknown (wrong use) */
export function checkEnvironment(file: PromotionFile, name: string): void {
  if (Object.hasOwn(file.environments, name)) return
  throw new PromoteError({
    code: 'environment-unknown',
    message: `promotion.yaml has no environment ${JSON.stringify(name)}`,
    remedy: `Choose from: ${Object.keys(file.environments).join(', ')}.`,
    exitCode: exitCodes.wrongUse,
  })
}

const environmentPattern = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/

/** Names become parts of paths and branches, so they are checked before they are used as such. */
export function checkName(kind: string, name: string): void {
  if (environmentPattern.test(name)) return
  throw new PromoteError({
    code: 'name-malformed',
    message: `${JSON.stringify(name.slice(0, 100))} is not the name of ${kind}`,
    remedy: 'Use lower case letters, digits and dashes.',
    exitCode: exitCodes.wrongUse,
  })
}
