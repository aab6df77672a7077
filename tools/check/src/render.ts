/**
 * Renders kustomizations with the pinned kustomize, exactly as Argo CD would, and says which file each object is from.
 * Other tools use `renderEnvironment` for rendered differences.
 */
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { CheckError } from './errors.ts'
import { type Graph, readGraph, sourceOf } from './graph.ts'
import { findKustomize, kustomizeBuild } from './kustomize.ts'
import { isManifest, type Json, type Manifest, titleOf } from './manifest.ts'
import { type Role, roleOf } from './repository.ts'

/** One object of a rendered kustomization. */
export interface RenderedObject {
  manifest: Manifest
  /** The file that declares it, from the repository's root; the kustomization file where none does (generators). */
  file: string
}

/** One kustomization, rendered. */
export interface Kustomization {
  /** Folder, from the repository's root. */
  path: string
  role: Role
  graph: Graph
  /** In kustomize's order; empty when it could not be rendered. */
  objects: RenderedObject[]
  /** kustomize's reason, in one line, when it refused. */
  failure?: string
}

/** Renders one folder. A kustomization that does not build is a value with `failure`, not an exception. */
export async function renderKustomization(
  kustomize: string,
  root: string,
  path: string,
): Promise<Kustomization> {
  const graph = readGraph(root, path)
  const base = { path, role: roleOf(path), graph }
  if (graph.remote.length > 0)
    return { ...base, objects: [], failure: 'it refers to something outside this repository' }
  const built = await kustomizeBuild(kustomize, root, path)
  if (!built.ok) return { ...base, objects: [], failure: built.reason }
  const objects = parseObjects(built.yaml).map((manifest) => ({
    manifest,
    file: sourceOf(graph, titleOf(manifest)),
  }))
  return { ...base, objects }
}

/** The Kubernetes objects of a YAML stream. */
export function parseObjects(yaml: string): Manifest[] {
  return [...parseAllDocuments(yaml)].map((document) => document.toJS() as Json).filter(isManifest)
}

/** Both halves of one environment, as Argo CD's two Applications would apply them. */
export interface RenderedEnvironment {
  namespace: Manifest[]
  release: Manifest[]
}

/**
 * Renders what one environment of a workload would apply from the checkout at `root`.
 *
 * @param root absolute path of a checkout (any revision: a git worktree will do)
 * @param workload folder below `workloads/`, such as `appname`
 * @param environment `dev`, `stage` or `prod`
 * @param say receives narration (a first build of kustomize takes some seconds)
 * @returns objects in kustomize's order, which is stable: two renders of the same files are equal
 * @throws CheckError `render-failed` naming the folder and kustomize's reason; `no-kustomize` without a kustomize
 */
export async function renderEnvironment(
  root: string,
  workload: string,
  environment: string,
  say: (line: string) => void = () => {},
): Promise<RenderedEnvironment> {
  const kustomize = await findKustomize(root, say)
  const parts = ['namespace', 'release'] as const
  const [namespace, release] = await Promise.all(
    parts.map(async (part) => {
      const path = join('workloads', workload, 'envs', environment, part)
      const { objects, failure } = await renderKustomization(kustomize, root, path)
      if (failure)
        throw new CheckError('render-failed', `${path}: ${failure}`, `run "kustomize build ${path}"`)
      return objects.map(({ manifest }) => manifest)
    }),
  )
  return { namespace: namespace ?? [], release: release ?? [] }
}
