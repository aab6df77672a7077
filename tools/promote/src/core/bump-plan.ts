import { exitCodes, PromoteError } from '../errors.ts'
import type { Hold } from './hold.ts'
import { commitOfTag, commitPattern, type ImageArgument, type ImagePin } from './image.ts'
import { releaseFilePath } from './layout.ts'
import { followers, type PromotionFile } from './promotion-file.ts'
import { neverReleased, type Release, readRelease, sameRelease, writeRelease } from './release.ts'

export type EnvironmentWrite = {
  environment: string
  path: string
  /** What stands there now; null: never released. */
  before: Release | null
  change: 'write' | 'unchanged' | 'held'
  /** Why it is held, when that is why it is not written. */
  hold: Hold | null
  /** The whole file after the write. */
  text: string
}

/**
 * The release that a build made, from the command line.
 * @throws PromoteError wrong use: an image twice, no commit, two commits
 */
export function builtRelease(
  workload: string,
  images: readonly ImageArgument[],
  sourceCommit: string | undefined,
): Release {
  const commits = new Set(images.map(({ tag }) => commitOfTag(tag)).filter((commit) => commit !== undefined))
  const commit = sourceCommit ?? [...commits][0]
  if (commit === undefined || !commitPattern.test(commit))
    throw wrongUse(
      'source-commit-missing',
      sourceCommit === undefined
        ? 'no source commit is given'
        : `${JSON.stringify(sourceCommit)} is not a commit`,
      'Say --source-commit <40 hex digits>, or use tags of the form sha-<40 hex digits>.',
    )
  if ([...commits].some((one) => one !== commit))
    throw wrongUse(
      'source-commits-differ',
      `the images were not built from one commit: ${[...new Set([commit, ...commits])].join(', ')}`,
      'Bump the images of one build.',
    )
  const pins = new Map<string, ImagePin>()
  for (const { component, repository, tag, digest } of images) {
    const name = component.startsWith(`${workload}-`) ? component : `${workload}-${component}`
    if (pins.has(name))
      throw wrongUse('image-twice', `--image ${component} is given twice`, 'Give each image once.')
    pins.set(name, { repository, tag: tag ?? `sha-${commit}`, digest })
  }
  return { images: pins, commit }
}

/**
 * The environments that a bump writes: those that follow main, and with `bootstrap` one that does not but was never
 * released.
 * @throws PromoteError wrong use: no such environment
 */
export function bumpTargets(
  file: PromotionFile,
  only: readonly string[],
  bootstrap: readonly string[],
): string[] {
  const known = followers(file)
  for (const name of [...only, ...bootstrap])
    if (file.environments[name] === undefined)
      throw wrongUse(
        'environment-unknown',
        `promotion.yaml has no environment ${JSON.stringify(name)}`,
        `Choose from: ${Object.keys(file.environments).join(', ')}.`,
      )
  const other = only.find((name) => !known.includes(name))
  if (other !== undefined)
    throw new PromoteError({
      code: 'environment-does-not-follow-main',
      message: `${other} does not follow main; it gets its releases by promotion`,
      remedy: `Use promote <from> ${other}, or --bootstrap ${other} for its very first release.`,
      exitCode: exitCodes.refused,
    })
  return [...new Set([...(only.length > 0 ? only : known), ...bootstrap])]
}

/**
 * What a bump changes in one environment.
 * @param text its release file now; null when there is none
 * @param hold why the environment is held; a held one keeps its release
 */
export function planWrite(
  place: { workload: string; environment: string; bootstrap: boolean },
  text: string | null,
  release: Release,
  hold: Hold | null,
): EnvironmentWrite {
  const path = releaseFilePath(place.workload, place.environment)
  if (text === null)
    throw new PromoteError({
      code: 'release-file-missing',
      message: `${path}: is not on main`,
      remedy: `Add the file for ${place.environment}, or take the environment out of promotion.yaml.`,
    })
  const now = readRelease(text, path)
  const before = neverReleased(now) ? null : now
  const same = sameRelease(now, release)
  if (place.bootstrap && before !== null && !same)
    throw new PromoteError({
      code: 'already-released',
      message: `${place.environment} already runs ${now.commit.slice(0, 7)}; --bootstrap is for its very first release`,
      remedy: `Use promote <from> ${place.environment}.`,
      exitCode: exitCodes.refused,
    })
  const common = { environment: place.environment, path, before }
  if (same) return { ...common, change: 'unchanged', hold: null, text }
  if (hold !== null) return { ...common, change: 'held', hold, text }
  return { ...common, change: 'write', hold: null, text: writeRelease(text, path, release) }
}

function wrongUse(code: string, message: string, remedy: string): PromoteError {
  return new PromoteError({ code, message, remedy, exitCode: exitCodes.wrongUse })
}
