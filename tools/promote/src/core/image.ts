import { exitCodes, PromoteError } from '../errors.ts'

/** One image of a release: repository without tag (`registry/appname-api`), tag, and content digest (`sha256:…`). */
export type ImagePin = { repository: string; tag: string; digest: string }

export const digestPattern = /^sha256:[0-9a-f]{64}$/
export const commitPattern = /^[0-9a-f]{40}$/
const tagPattern = /^\w[\w.-]{0,127}$/
const repositoryPattern = /^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/

const zeroDigest = `sha256:${'0'.repeat(64)}`
const zeroCommit = '0'.repeat(40)

/** A checkout holds zeros where no release was ever written; such a pin is read as "never released". */
export function isPlaceholder(pin: Pick<ImagePin, 'digest'>): boolean {
  return pin.digest === zeroDigest
}

export function isPlaceholderCommit(commit: string): boolean {
  return commit === zeroCommit
}

/** `repository:tag@digest`, as kustomize renders it. */
export function formatImage(pin: ImagePin): string {
  return `${pin.repository}:${pin.tag}@${pin.digest}`
}

/** What is wrong with a pin's parts, or nothing. Used on values from files and from the command line alike. */
export function imageProblem(pin: ImagePin): string | undefined {
  if (pin.repository.length > 255 || !repositoryPattern.test(pin.repository))
    return 'not an image repository (registry/path, lower case)'
  if (!tagPattern.test(pin.tag)) return 'not an image tag'
  if (!digestPattern.test(pin.digest)) return 'not a digest (sha256: and 64 hexadecimal digits)'
  return undefined
}

export type ImageArgument = { component: string; repository: string; tag: string | undefined; digest: string }

/**
 * Reads one `--image` value: `<component>=<repository>[:<tag>]@sha256:<hex>`.
 * @throws PromoteError wrong-use when it is anything else
 */
export function parseImageArgument(text: string): ImageArgument {
  const match = /^([a-z0-9-]+)=([^@]+)@([^@]+)$/.exec(text)
  const [, component, reference, digest] = match ?? []
  if (component === undefined || reference === undefined || digest === undefined)
    throw wrongImage(text, 'is not <component>=<repository>[:<tag>]@<digest>')
  const colon = reference.indexOf(':', reference.lastIndexOf('/'))
  const repository = colon < 0 ? reference : reference.slice(0, colon)
  const tag = colon < 0 ? undefined : reference.slice(colon + 1)
  const problem = imageProblem({ repository, tag: tag ?? 'latest', digest })
  if (problem !== undefined) throw wrongImage(text, problem)
  return { component, repository, tag, digest }
}

function wrongImage(text: string, problem: string): PromoteError {
  return new PromoteError({
    code: 'image-malformed',
    message: `--image ${JSON.stringify(text.slice(0, 200))}: ${problem}`,
    remedy:
      'Write --image api=<registry>/appname-api:sha-<commit>@sha256:<64 hex digits>, as the build printed it.',
    exitCode: exitCodes.wrongUse,
  })
}

/** The source commit that a tag of the form `sha-<40 hex digits>` names. */
export function commitOfTag(tag: string | undefined): string | undefined {
  const commit = tag?.startsWith('sha-') ? tag.slice(4) : ''
  return commitPattern.test(commit) ? commit : undefined
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 7)
}

/** `sha256:` and the first twelve digits: enough for a person, never for a comparison. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}
