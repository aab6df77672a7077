import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { at, isObject, type JsonObject, objects, text } from '../manifest.ts'
import { cacheFolder, moduleFolder, type PinnedName, type Pins } from '../modules.ts'
import { convertCustomResource, convertDefinitions } from './convert.ts'
import { shareRepeated } from './share.ts'

/** Converted schemas of one API version: `schema` has `definitions`; `kinds` names the definition of each kind. */
export interface ApiSchemas {
  /** `v1`, `apps/v1`, `argoproj.io/v1alpha1`: unique, also the schema's `$id` after `k8s:`. */
  apiVersion: string
  kinds: Record<string, string>
  definitions: JsonObject
}

/** Raised when conversion changes, so that an older converted copy in the cache is not used. */
const formatVersion = 3

/** The reference that custom resources use for `metadata`. */
const objectMetaReference = 'k8s:v1#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** Modules that bring CRDs, and where in the module they are. */
const customResourceSources: { module: PinnedName; path: string }[] = [
  { module: 'argo-cd', path: 'manifests/crds' },
  { module: 'argo-rollouts', path: 'manifests/crds' },
  { module: 'external-secrets', path: 'deploy/crds' },
]

/**
 * Schemas of everything that the pinned Kubernetes serves, one entry per API version, and of every CRD that the
 * add-ons install. Converted copies are cached by version; the first call takes some seconds, later ones do not.
 */
export async function loadSchemas(pins: Pins, say: (line: string) => void): Promise<ApiSchemas[]> {
  const core = cached(`kubernetes-${pins.kubernetes}`, say, async () =>
    readKubernetes(join(await moduleFolder('kubernetes', pins.kubernetes), 'api/openapi-spec/v3')),
  )
  const custom = customResourceSources.map(({ module, path }) =>
    cached(`${module}-${pins[module]}`, say, async () =>
      readCustomResources(join(await moduleFolder(module, pins[module]), path)),
    ),
  )
  return mergeByApiVersion((await Promise.all([core, ...custom])).flat())
}

async function cached(key: string, say: (line: string) => void, read: () => Promise<ApiSchemas[]>) {
  const folder = join(cacheFolder(), 'check')
  const file = join(folder, `schemas-${formatVersion}-${key}.json`)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ApiSchemas[]
  } catch {
    say(`converting the schemas of ${key} (once per version)`)
  }
  const schemas = await read()
  await mkdir(folder, { recursive: true })
  const partial = `${file}.${process.pid}`
  await writeFile(partial, JSON.stringify(schemas))
  await rename(partial, file)
  return schemas
}

/** Alpha and beta versions are in the files too, but an API server does not serve them unless told to. */
const stableApi = /^apis?__(.*__)?v\d+_openapi\.json$/

async function readKubernetes(folder: string): Promise<ApiSchemas[]> {
  const names = (await readdir(folder)).filter((name) => stableApi.test(name))
  const files = names.map(
    async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as JsonObject,
  )
  return (await Promise.all(files)).flatMap((file) => kubernetesFile(file))
}

/** One OpenAPI file holds one group and version, and a private copy of every definition that it refers to. */
function kubernetesFile(file: JsonObject): ApiSchemas[] {
  const schemas = at(file, 'components', 'schemas')
  const path = Object.keys(isObject(file.paths) ? file.paths : {})[0]
  const apiVersion = path?.match(/^\/apis?\/(.+?)\/$/)?.[1]
  if (!isObject(schemas) || !apiVersion) return []
  const kinds: Record<string, string> = {}
  for (const [name, schema] of Object.entries(schemas))
    for (const gvk of objects(at(schema, 'x-kubernetes-group-version-kind')))
      if ([gvk.group, gvk.version].filter(Boolean).join('/') === apiVersion) kinds[String(gvk.kind)] = name
  return [{ apiVersion, kinds, definitions: convertDefinitions(schemas) }]
}

async function readCustomResources(folder: string): Promise<ApiSchemas[]> {
  const names = (await readdir(folder)).filter((name) => /(-crd|^bundle)\.yaml$/.test(name))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts
    .flatMap((content) => parseAllDocuments(content))
    .flatMap((document) => customResource(document.toJS()))
}

/** The served versions of one CustomResourceDefinition; a stored but unserved version is refused by the server too. */
function customResource(definition: unknown): ApiSchemas[] {
  if (!isObject(definition) || definition.kind !== 'CustomResourceDefinition') return []
  const group = text(at(definition, 'spec', 'group'))
  const kind = text(at(definition, 'spec', 'names', 'kind'))
  return objects(at(definition, 'spec', 'versions')).flatMap((version) => {
    const schema = at(version, 'schema', 'openAPIV3Schema')
    if (!group || !kind || version.served !== true || !isObject(schema)) return []
    const definitions: JsonObject = {}
    definitions[kind] = shareRepeated(convertCustomResource(schema, objectMetaReference), definitions)
    return [{ apiVersion: `${group}/${version.name}`, kinds: { [kind]: kind }, definitions }]
  })
}

function mergeByApiVersion(schemas: ApiSchemas[]): ApiSchemas[] {
  const merged = new Map<string, ApiSchemas>()
  for (const next of schemas) {
    const known = merged.get(next.apiVersion)
    if (!known) merged.set(next.apiVersion, next)
    else
      merged.set(next.apiVersion, {
        apiVersion: next.apiVersion,
        kinds: { ...known.kinds, ...next.kinds },
        definitions: { ...known.definitions, ...next.definitions },
      })
  }
  return [...merged.values()]
}
