import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { kustomizationFile, nestedReferences, readGraph } from './graph.ts'
import { isObject } from './manifest.ts'
import { parseYamlFile, type YamlFile } from './yaml.ts'

/** What a rendered kustomization is for, read from its path. */
export type Role =
  | { kind: 'release' | 'namespace'; workload: string; environment: string }
  | { kind: 'cluster'; cluster: string }
  | { kind: 'stand-ins' }
  | { kind: 'platform'; addOn: string }
  | { kind: 'other' }

/** The trees that hold manifests. */
export const manifestTrees = ['workloads', 'clusters', 'platform'] as const

/** Every YAML file of the manifest trees, parsed, in path order. */
export function readManifestFiles(root: string): YamlFile[] {
  return manifestTrees
    .flatMap((tree) => filesBelow(root, tree))
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => parseYamlFile(path, readFileSync(join(root, path), 'utf8')))
}

export function filesBelow(root: string, folder: string): string[] {
  const absolute = join(root, folder)
  const entries = statSync(absolute, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(absolute, { withFileTypes: true })
    : []
  return entries
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(root, path) : [path]
    })
    .sort()
}

/**
 * The folders that something outside kustomize renders: every kustomization of the manifest trees that no other one
 * includes, and those whose path says what they are. Other components are no roots, nor are bases.
 */
export function findRoots(root: string, files: YamlFile[]): string[] {
  const kustomizations = files.filter(({ path }) => /\/kustomization\.ya?ml$/.test(path))
  const included = new Set(kustomizations.flatMap(({ path }) => directIncludes(root, dirname(path))))
  return kustomizations
    .filter(({ path, documents }) => {
      const folder = dirname(path)
      if (roleOf(folder).kind !== 'other') return true
      const isComponent = documents.some((document) => isObject(document) && document.kind === 'Component')
      return !isComponent && !included.has(folder) && !isBase(folder)
    })
    .map(({ path }) => dirname(path))
}

function directIncludes(root: string, folder: string): string[] {
  const graph = readGraph(root, folder)
  const kustomization = graph.kustomizations.get(kustomizationFile(root, folder) ?? '')
  return kustomization ? nestedReferences(kustomization).map((reference) => join(folder, reference)) : []
}

function isBase(folder: string): boolean {
  return /(^|\/)base(\/|$)/.test(folder)
}

/** What the kustomization in `folder` is for. */
export function roleOf(folder: string): Role {
  const steps = folder.split('/')
  const [tree, first, second, third, fourth, fifth] = steps
  if (
    tree === 'workloads' &&
    second === 'envs' &&
    first &&
    third &&
    !fifth &&
    (fourth === 'release' || fourth === 'namespace')
  )
    return { kind: fourth, workload: first, environment: third }
  if (tree === 'clusters' && first === 'local' && second === 'stand-ins' && !third)
    return { kind: 'stand-ins' }
  if (tree === 'clusters' && first && first !== 'base' && !second) return { kind: 'cluster', cluster: first }
  if (tree === 'platform' && first && !second) return { kind: 'platform', addOn: first }
  return { kind: 'other' }
}
