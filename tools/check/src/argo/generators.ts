import { basename, dirname, matchesGlob } from 'node:path'
import {
  at,
  isObject,
  type Json,
  type JsonObject,
  labelsOf,
  list,
  type Manifest,
  object,
  objects,
  stringMap,
  text,
} from '../manifest.ts'
import type { YamlFile } from '../yaml.ts'
import type { TemplateRenderer } from './templates.ts'

/** What generators read: the cluster's own Secret and the files of this repository. */
export interface GeneratorWorld {
  cluster: Manifest
  files: YamlFile[]
  render: TemplateRenderer
}

/** A generator cannot be followed; the message says which and why. */
export class GeneratorProblem extends Error {}

/**
 * The parameter sets of one generator of an ApplicationSet with `goTemplate`, as the controller computes them.
 * Knows the generators that this repository uses: clusters, git files, list and matrix.
 *
 * @param outer parameters of the first half of a matrix, which the second half's own templates may use
 * @throws GeneratorProblem for an unknown generator, a template that fails, or a git generator that finds no file
 */
export async function generate(
  generator: JsonObject,
  world: GeneratorWorld,
  outer?: JsonObject,
): Promise<JsonObject[]> {
  if (isObject(generator.matrix)) return matrix(objects(generator.matrix.generators), world)
  const own = outer ? await filledIn(generator, outer, world) : generator
  if (isObject(own.clusters)) return clusters(own.clusters, world)
  if (isObject(own.git)) return gitFiles(own.git, world)
  if (isObject(own.list)) return objects(own.list.elements)
  throw new GeneratorProblem(`the generator ${Object.keys(own).join(', ')} is not known here`)
}

async function filledIn(
  generator: JsonObject,
  params: JsonObject,
  { render }: GeneratorWorld,
): Promise<JsonObject> {
  const [result] = await render([{ value: generator, params }])
  if (result === undefined || result.error !== undefined)
    throw new GeneratorProblem(result?.error ?? 'no answer')
  return object(result.value)
}

async function matrix([first, second]: JsonObject[], world: GeneratorWorld): Promise<JsonObject[]> {
  if (!first || !second) throw new GeneratorProblem('a matrix needs two generators')
  const sets: JsonObject[] = []
  // Where both halves name a parameter, the first half wins; maps merge, lists do not.
  for (const outer of await generate(first, world))
    for (const inner of await generate(second, world, outer)) sets.push(mergeOver(inner, outer))
  return sets
}

/** `winner` laid over `base`; maps merge, anything else is replaced. */
export function mergeOver(base: JsonObject, winner: JsonObject): JsonObject {
  const merged: JsonObject = { ...base }
  for (const [key, value] of Object.entries(winner)) {
    const below = merged[key]
    merged[key] = isObject(below) && isObject(value) ? mergeOver(below, value) : value
  }
  return merged
}

function clusters(generator: JsonObject, { cluster }: GeneratorWorld): JsonObject[] {
  const wanted = Object.entries(stringMap(at(generator, 'selector', 'matchLabels')))
  const labels = labelsOf(cluster)
  if (!wanted.every(([label, value]) => labels[label] === value)) return []
  const data = object(cluster.stringData)
  const metadata: JsonObject = {}
  for (const field of ['labels', 'annotations'] as const)
    if (cluster.metadata[field] !== undefined) metadata[field] = cluster.metadata[field]
  const name = text(data.name) ?? ''
  return [
    {
      name,
      nameNormalized: name,
      server: text(data.server) ?? '',
      project: text(data.project) ?? '',
      metadata,
    },
  ]
}

function gitFiles(generator: JsonObject, { files }: GeneratorWorld): JsonObject[] {
  const patterns = objects(generator.files).map((entry) => text(entry.path) ?? '')
  if (patterns.length === 0) throw new GeneratorProblem('a git generator without files is not known here')
  const found = files.filter(({ path }) => patterns.some((pattern) => matchesGlob(path, pattern)))
  if (found.length === 0) throw new GeneratorProblem(`no file matches ${patterns.join(', ')}`)
  return found.flatMap((file) => fileParams(file, text(generator.pathParamPrefix)))
}

function fileParams({ path, documents }: YamlFile, prefix: string | undefined): JsonObject[] {
  const folder = dirname(path)
  const filename = basename(path)
  const place: JsonObject = {
    path: folder,
    basename: basename(folder),
    basenameNormalized: basename(folder),
    filename,
    filenameNormalized: filename,
    segments: folder.split('/'),
  }
  const params: JsonObject = prefix ? { [prefix]: { path: place } } : { path: place }
  return documents
    .flatMap((document) => (Array.isArray(document) ? list(document) : [document]))
    .map((content: Json) => ({ ...object(content), ...params }))
}
