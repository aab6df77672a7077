import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import { at, isManifest, isObject, type JsonObject, objects, strings, text, titleOf } from './manifest.ts'
import { parseYamlFile } from './yaml.ts'

/** Everything that one kustomization reads. Paths are relative to the repository's root. */
export interface Graph {
  /** Folders with a kustomization.yaml, the root of the graph first. */
  folders: string[]
  /** Every file read, sorted: kustomizations, resources, patches, generator inputs, configurations. */
  files: string[]
  /** The parsed kustomization files by path. */
  kustomizations: Map<string, JsonObject>
  /** `Kind/name` → the file that declares it. */
  sources: Map<string, string>
  /** References to somewhere outside this repository. */
  remote: { file: string; reference: string }[]
  /** References to files or folders that do not exist. */
  missing: { file: string; reference: string }[]
}

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** The kustomization file of a folder, or undefined. */
export function kustomizationFile(root: string, folder: string): string | undefined {
  return kustomizationNames.map((name) => join(folder, name)).find((path) => existsSync(join(root, path)))
}

/** Reads the graph below `folder` as kustomize would, without rendering anything. */
export function readGraph(root: string, folder: string): Graph {
  const graph: Graph = {
    folders: [],
    files: [],
    kustomizations: new Map(),
    sources: new Map(),
    remote: [],
    missing: [],
  }
  walk(root, normalize(folder), graph)
  graph.files = [...new Set(graph.files)].sort()
  return graph
}

const generatorKinds = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const

function walk(root: string, folder: string, graph: Graph): void {
  if (graph.folders.includes(folder)) return
  graph.folders.push(folder)
  const file = kustomizationFile(root, folder)
  if (!file) return
  addFile(root, file, graph, false)
  const kustomization = parseYamlFile(file, readFileSync(join(root, file), 'utf8')).documents.find(isObject)
  if (!kustomization) return
  graph.kustomizations.set(file, kustomization)
  for (const [field, kind] of generatorKinds)
    for (const { name } of objects(kustomization[field])) {
      const title = `${kind}/${name}`
      if (!graph.sources.has(title)) graph.sources.set(title, file)
    }
  for (const reference of nestedReferences(kustomization))
    visitReference(root, folder, { file, reference, declares: true }, graph)
  for (const reference of fileReferences(kustomization))
    visitReference(root, folder, { file, reference, declares: false }, graph)
}

/** What a kustomization takes objects or whole kustomizations from. */
export function nestedReferences(kustomization: JsonObject): string[] {
  return ['resources', 'components', 'bases', 'generators', 'transformers', 'validators'].flatMap((field) =>
    strings(kustomization[field]).filter((entry) => !entry.includes('\n')),
  )
}

function fileReferences(kustomization: JsonObject): string[] {
  const paths = ['patches', 'patchesJson6902', 'replacements'].flatMap((field) =>
    objects(kustomization[field]).map((entry) => text(entry.path)),
  )
  const generated = ['configMapGenerator', 'secretGenerator'].flatMap((field) =>
    objects(kustomization[field]).flatMap(generatorFiles),
  )
  const direct = [
    ...strings(kustomization.configurations),
    ...strings(kustomization.crds),
    ...strings(kustomization.patchesStrategicMerge),
  ]
  const all = [...paths, ...generated, ...direct, text(at(kustomization, 'openapi', 'path'))]
  return all.filter((entry): entry is string => entry !== undefined && !entry.includes('\n'))
}

function generatorFiles(generator: JsonObject): string[] {
  const files = strings(generator.files).map((entry) => entry.slice(entry.indexOf('=') + 1))
  const env = text(generator.env)
  return [...files, ...strings(generator.envs), ...(env ? [env] : [])]
}

/** What kustomize would fetch from the network: URLs, `host.tld/…`, scp-like addresses and anything with `?ref=`. */
export function isRemote(reference: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:/i.test(reference) ||
    /^[\w.-]+@[\w.-]+:/.test(reference) ||
    /[?&](ref|version)=/.test(reference) ||
    /^(github|gitlab|bitbucket)\.[\w.]+[/:]/.test(reference)
  )
}

/** A resource file declares objects; a patch only repeats the name of one that is declared elsewhere. */
interface Reference {
  file: string
  reference: string
  declares: boolean
}

function visitReference(
  root: string,
  folder: string,
  { file, reference, declares }: Reference,
  graph: Graph,
): void {
  const path = normalize(join(folder, reference)).replace(/\/$/, '')
  const absolute = join(root, path)
  if (!existsSync(absolute)) {
    if (isRemote(reference)) graph.remote.push({ file, reference })
    else graph.missing.push({ file, reference })
  } else if (statSync(absolute).isDirectory()) walk(root, path, graph)
  else addFile(root, path, graph, declares)
}

/** A symbolic link counts twice: where it stands and what it points at. */
function addFile(root: string, path: string, graph: Graph, declares: boolean): void {
  graph.files.push(path)
  const real = relative(realpathSync(root), realpathSync(join(root, path)))
  if (real !== path) graph.files.push(real)
  if (!declares || !/\.ya?ml$/.test(path)) return
  const documents = parseYamlFile(path, readFileSync(join(root, path), 'utf8')).documents
  for (const document of documents.filter(isManifest)) graph.sources.set(titleOf(document), path)
}

/** The file that declares a rendered object; generated names lose their content hash. */
export function sourceOf(graph: Graph, title: string): string {
  const own = graph.sources.get(title) ?? graph.sources.get(title.replace(/-[a-z0-9]{10}$/, ''))
  return own ?? [...graph.kustomizations.keys()][0] ?? graph.folders[0] ?? ''
}
