import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stringify } from 'yaml'
import { kustomizeBuild } from '../kustomize.ts'
import { at, isObject, type JsonObject, nameOf, object, objects, strings, text } from '../manifest.ts'
import { moduleFolder, type PinnedName, type Pins, upstreamRepositories } from '../modules.ts'
import { inParallel } from '../parallel.ts'
import { parseObjects } from '../render.ts'
import { type ClusterApplication, sourcesOf } from './applications.ts'

/** One source of an add-on's Application, rendered with the options that the Application gives it. */
export interface RenderedSource {
  made: ClusterApplication
  /** `manifests/cluster-install` of `https://github.com/argoproj/argo-cd.git`, say. */
  repository: string
  path: string
  /** CustomResourceDefinitions of upstream come without `spec`: they are the schemas, not what is judged by them. */
  objects: ReturnType<typeof parseObjects>
  failure?: string
  /** Sources that only Helm can render are not. */
  skipped?: 'helm'
}

interface Tools {
  root: string
  kustomize: string
  pins: Pins
  /** This repository's own address. */
  ownRepository: string | undefined
}

/**
 * Renders every source that carries options of its own (patches, images), and every upstream source, from Go's module
 * cache. What is the same for two clusters is rendered once.
 */
export async function renderSources(
  applications: ClusterApplication[],
  tools: Tools,
): Promise<RenderedSource[]> {
  const all = applications.flatMap((made) => sourcesOf(made.application).map((source) => ({ made, source })))
  const placed = await Promise.all(
    all.map(async ({ made, source }) => ({ made, source, folder: await folderOf(source, tools) })),
  )
  const known = new Map<string, Promise<Built>>()
  const rendered = await inParallel(
    placed,
    2,
    async ({ made, source, folder }): Promise<RenderedSource[]> => {
      if (!folder) return []
      const base = { made, repository: text(source.repoURL) ?? '', path: text(source.path) ?? '' }
      if (source.helm !== undefined) return [{ ...base, objects: [], skipped: 'helm' }]
      const key = JSON.stringify([folder, source.kustomize ?? null])
      const build = known.get(key) ?? buildWith(tools.kustomize, folder, object(source.kustomize))
      known.set(key, build)
      return [{ ...base, ...(await build) }]
    },
  )
  return rendered.flat()
}

/** The source's folder on this machine, where it is not rendered as one of the repository's own kustomizations. */
async function folderOf(
  source: JsonObject,
  { root, pins, ownRepository }: Tools,
): Promise<string | undefined> {
  const path = text(source.path) ?? ''
  if (source.repoURL === ownRepository) return isObject(source.kustomize) ? join(root, path) : undefined
  const entry = Object.entries(upstreamRepositories).find(([, address]) => address === source.repoURL)
  if (!entry) return undefined
  const name = entry[0] as PinnedName
  return join(await moduleFolder(name, pins[name]), path)
}

type Built = Pick<RenderedSource, 'objects' | 'failure'>

/** An overlay of the source with the Application's inline options, in a folder of its own. */
async function buildWith(kustomize: string, folder: string, options: JsonObject): Promise<Built> {
  await mkdir(join(tmpdir(), 'appname-check'), { recursive: true })
  const overlay = await mkdtemp(join(tmpdir(), 'appname-check/source-'))
  try {
    const images = strings(options.images).map(imageEntry)
    const kustomization = {
      resources: [relative(overlay, folder)],
      ...(objects(options.patches).length > 0 ? { patches: options.patches } : {}),
      ...(images.length > 0 ? { images } : {}),
    }
    await writeFile(join(overlay, 'kustomization.yaml'), stringify(kustomization))
    const built = await kustomizeBuild(kustomize, overlay, '.')
    return built.ok
      ? { objects: parseObjects(withoutDefinitions(built.yaml)) }
      : { objects: [], failure: built.reason }
  } finally {
    await rm(overlay, { recursive: true, force: true })
  }
}

/** `[<name>=]<new name>[:<tag>][@<digest>]`, as Argo CD's `kustomize.images` is written. */
export function imageEntry(image: string): JsonObject {
  const [, name, target] = /^(?:([^=]+)=)?(.+)$/.exec(image) ?? []
  const [, newName, newTag, digest] = /^(.+?)(?::([\w.-]+))?(?:@(sha256:\w+))?$/.exec(target ?? '') ?? []
  return {
    name: name ?? newName ?? image,
    ...(newName ? { newName } : {}),
    ...(newTag ? { newTag } : {}),
    ...(digest ? { digest } : {}),
  }
}

/** Upstream definitions are megabytes of schema; everything above `spec` is enough here. */
function withoutDefinitions(yaml: string): string {
  return yaml
    .split(/^---\n/m)
    .map((document) =>
      /^kind: CustomResourceDefinition$/m.test(document) ? (document.split(/^spec:$/m)[0] ?? '') : document,
    )
    .join('---\n')
}

/** The address that this cluster's root Application syncs: the repository that is being judged. */
export function ownRepositoryOf(applications: ClusterApplication[]): string | undefined {
  const root = applications.find(({ application }) => nameOf(application) === 'cluster')
  return text(at(root?.application, 'spec', 'source', 'repoURL'))
}

/** The file that a finding about a source's objects names: the add-on's own where the Application has one. */
export function fileOf({ made }: RenderedSource): string {
  const own = sourcesOf(made.application)
    .map((source) => text(source.path) ?? '')
    .find((path) => path.startsWith('platform/'))
  return `${own ?? `platform/${nameOf(made.application)}`}/addon.yaml`
}
