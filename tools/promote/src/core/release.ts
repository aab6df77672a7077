import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  stringify,
  type YAMLMap,
} from 'yaml'
import { exitCodes, PromoteError } from '../errors.ts'
import { commitPattern, type ImagePin, imageProblem, isPlaceholder } from './image.ts'

/** What one environment runs, as a set: image name (`appname-api`) → pin, and the commit they were built from. */
export type Release = { images: ReadonlyMap<string, ImagePin>; commit: string }

/** A scalar's place in the text: offsets of its value, quotes included. */
type Field = { start: number; end: number; style: Scalar.Type | undefined; value: string }

type Fields = { images: Map<string, { repository: Field; tag: Field; digest: Field }>; commit: Field }

const versionLabel = 'app.kubernetes.io/version'

/**
 * Reads a release file (a kustomize Component; see docs of the layout).
 * @param file its path, for messages
 * @throws PromoteError release-malformed with file:line:column
 */
export function readRelease(text: string, file: string): Release {
  return toRelease(locate(text, file))
}

/** True when the file still holds the zeros that a checkout starts with. */
export function neverReleased(release: Release): boolean {
  return [...release.images.values()].some(isPlaceholder)
}

export function sameRelease(a: Release, b: Release): boolean {
  return (
    a.commit === b.commit &&
    a.images.size === b.images.size &&
    [...a.images].every(([name, pin]) => {
      const other = b.images.get(name)
      return other?.digest === pin.digest && other.tag === pin.tag && other.repository === pin.repository
    })
  )
}

/**
 * Writes a release into a release file by replacing the bytes of the values it holds; every other byte stays.
 * The set of image names must be the file's own.
 * @throws PromoteError release-malformed; nothing is half-written, the result is a new text
 */
export function writeRelease(text: string, file: string, release: Release): string {
  const fields = locate(text, file)
  const edits: { field: Field; value: string }[] = [{ field: fields.commit, value: release.commit }]
  for (const [name, found] of fields.images) {
    const pin = release.images.get(name)
    if (pin === undefined) throw imageSetDiffers(file, name)
    edits.push({ field: found.repository, value: pin.repository })
    edits.push({ field: found.tag, value: pin.tag })
    edits.push({ field: found.digest, value: pin.digest })
  }
  for (const name of release.images.keys()) if (!fields.images.has(name)) throw imageSetDiffers(file, name)
  const written = splice(text, edits)
  if (!sameRelease(readRelease(written, file), release))
    throw new PromoteError({
      code: 'release-write-failed',
      message: `${file}: the written file does not read back as the release`,
      remedy: 'This is a bug of the promotion tool; nothing was written. Report it with the file.',
    })
  return written
}

function splice(text: string, edits: { field: Field; value: string }[]): string {
  let result = text
  for (const { field, value } of edits.toSorted((a, b) => b.field.start - a.field.start)) {
    if (field.value === value) continue
    result = result.slice(0, field.start) + quoteAs(field.style, value) + result.slice(field.end)
  }
  return result
}

/** Values are checked before (no quote, no space), so a quoted style needs no escaping; a plain one may need quotes. */
function quoteAs(style: Scalar.Type | undefined, value: string): string {
  if (style === Scalar.QUOTE_DOUBLE) return `"${value}"`
  if (style === Scalar.QUOTE_SINGLE) return `'${value}'`
  return stringify(value, { lineWidth: 0 }).trimEnd()
}

function toRelease(fields: Fields): Release {
  const images = new Map<string, ImagePin>()
  for (const [name, { repository, tag, digest }] of fields.images)
    images.set(name, { repository: repository.value, tag: tag.value, digest: digest.value })
  return { images, commit: fields.commit.value }
}

class Reader {
  private readonly lines: LineCounter
  private readonly file: string

  constructor(file: string, lines: LineCounter) {
    this.file = file
    this.lines = lines
  }

  fail(offset: number | undefined, problem: string): never {
    const at = this.lines.linePos(offset ?? 0)
    const where = `${this.file}:${Math.max(at.line, 1)}:${Math.max(at.col, 1)}`
    throw new PromoteError({
      code: 'release-malformed',
      message: `${where}: ${problem}`,
      remedy: 'Correct the file on main by a pull request; nothing was written.',
    })
  }

  map(node: unknown, what: string, parent: Node | null): YAMLMap {
    return isMap(node) ? node : this.fail(offsetOf(node) ?? offsetOf(parent), `${what} must be a map`)
  }

  field(map: YAMLMap, key: string): Field {
    const node = map.get(key, true) as unknown
    if (node === undefined) this.fail(offsetOf(map), `${key} is missing`)
    if (!isScalar(node) || node.range == null)
      this.fail(
        offsetOf(node) ?? offsetOf(map),
        `${key} must be a plain or quoted text, not an alias or a list`,
      )
    if (node.anchor !== undefined) this.fail(node.range[0], `${key} has an anchor; write the value itself`)
    if (node.tag !== undefined) this.fail(node.range[0], `${key} has a tag; write the value itself`)
    const block = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL
    const value = typeof node.value === 'string' ? node.value : (node.source ?? '')
    if (block || value === '') this.fail(node.range[0], `${key} must be one plain or quoted text`)
    return { start: node.range[0], end: node.range[1], style: node.type as Scalar.Type, value }
  }
}

function locate(text: string, file: string): Fields {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' })
  const reader = new Reader(file, lines)
  const problem = document.errors[0]
  if (problem !== undefined) reader.fail(problem.pos[0], problem.message.split('\n')[0] ?? 'not YAML')
  const root = reader.map(document.contents, 'a release file', null)
  const kind = root.get('kind')
  if (kind !== 'Component') reader.fail(offsetOf(root), 'kind must be Component')
  return { images: locateImages(reader, root), commit: locateCommit(reader, root) }
}

function locateImages(reader: Reader, root: YAMLMap): Fields['images'] {
  const list = root.get('images', true) as unknown
  if (!isSeq(list) || list.items.length === 0)
    reader.fail(offsetOf(list) ?? offsetOf(root), 'images must be a list with at least one image')
  const images: Fields['images'] = new Map()
  for (const item of list.items) {
    const map = reader.map(item, 'an image', list)
    const name = reader.field(map, 'name')
    if (images.has(name.value)) reader.fail(name.start, `image ${name.value} is listed twice`)
    const found = {
      repository: reader.field(map, 'newName'),
      tag: reader.field(map, 'newTag'),
      digest: reader.field(map, 'digest'),
    }
    const pin = { repository: found.repository.value, tag: found.tag.value, digest: found.digest.value }
    const problem = imageProblem(pin)
    if (problem !== undefined) reader.fail(found.repository.start, `image ${name.value}: ${problem}`)
    images.set(name.value, found)
  }
  return images
}

function locateCommit(reader: Reader, root: YAMLMap): Field {
  const list = root.get('labels', true) as unknown
  if (!isSeq(list))
    reader.fail(offsetOf(list) ?? offsetOf(root), `labels must be a list with ${versionLabel}`)
  const found: Field[] = []
  for (const item of list.items) {
    const pairs = isMap(item) ? (item.get('pairs', true) as unknown) : undefined
    if (isMap(pairs) && pairs.has(versionLabel)) found.push(reader.field(pairs, versionLabel))
  }
  const [commit, second] = found
  if (commit === undefined) reader.fail(offsetOf(list), `${versionLabel} is missing`)
  if (second !== undefined) reader.fail(second.start, `${versionLabel} stands twice`)
  if (!commitPattern.test(commit.value))
    reader.fail(commit.start, `${versionLabel} must be a commit (40 hexadecimal digits)`)
  return commit
}

function offsetOf(node: unknown): number | undefined {
  const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range
  return range?.[0]
}

function imageSetDiffers(file: string, name: string): PromoteError {
  return new PromoteError({
    code: 'image-set-differs',
    message: `${file}: image ${name} is in only one of the release and the file`,
    remedy: 'A release is written as a set: make both environments list the same images, by a pull request.',
    exitCode: exitCodes.refused,
  })
}
