import { parse } from 'yaml'
import {
  at,
  isManifest,
  isObject,
  type JsonObject,
  type Manifest,
  nameOf,
  object,
  objects,
  text,
  titleOf,
} from '../manifest.ts'
import type { Kustomization, RenderedObject } from '../render.ts'
import type { YamlFile } from '../yaml.ts'
import { GeneratorProblem, generate, mergeOver } from './generators.ts'
import type { TemplateRenderer } from './templates.ts'

/** An Application that one cluster's Argo CD would have. */
export interface ClusterApplication {
  cluster: string
  application: Manifest
  /** Where it comes from: its own file, or its ApplicationSet's. */
  file: string
}

/** What a cluster's Argo CD would make of git, and what it would refuse. */
export interface ClusterApplications {
  applications: ClusterApplication[]
  problems: { source: RenderedObject; message: string }[]
}

/** Every Application of every cluster: the ones in git, and those that the ApplicationSets make. */
export async function applicationsOf(
  kustomizations: Kustomization[],
  files: YamlFile[],
  render: TemplateRenderer,
): Promise<ClusterApplications> {
  const result: ClusterApplications = { applications: [], problems: [] }
  for (const { role, objects: all } of kustomizations) {
    if (role.kind !== 'cluster') continue
    const cluster = all.find(
      ({ manifest }) =>
        manifest.kind === 'Secret' &&
        at(manifest, 'metadata', 'labels', 'argocd.argoproj.io/secret-type') === 'cluster',
    )
    for (const source of all) {
      const add = (application: Manifest) =>
        result.applications.push({ cluster: role.cluster, application, file: source.file })
      if (source.manifest.kind === 'Application') add(source.manifest)
      if (source.manifest.kind !== 'ApplicationSet' || !cluster) continue
      try {
        for (const made of await expand(source.manifest, { cluster: cluster.manifest, files, render }))
          add(made)
      } catch (error) {
        if (!(error instanceof GeneratorProblem)) throw error
        result.problems.push({
          source,
          message: `makes no Application on cluster ${role.cluster}: ${error.message}`,
        })
      }
    }
  }
  return result
}

interface World {
  cluster: Manifest
  files: YamlFile[]
  render: TemplateRenderer
}

async function expand(set: Manifest, world: World): Promise<Manifest[]> {
  const applications: Manifest[] = []
  for (const generator of objects(at(set, 'spec', 'generators')))
    for (const params of await generate(generator, world))
      applications.push(await application(set, params, world))
  return applications
}

async function application(set: Manifest, params: JsonObject, { render }: World): Promise<Manifest> {
  const template = object(at(set, 'spec', 'template'))
  const patch = text(at(set, 'spec', 'templatePatch')) ?? ''
  const [filled, patched] = await render([
    { value: template, params },
    { value: patch, params },
  ])
  const error = filled?.error ?? patched?.error
  if (!filled || !patched || error !== undefined || filled.error !== undefined || patched.error !== undefined)
    throw new GeneratorProblem(error ?? 'no answer')
  const base = { apiVersion: set.apiVersion, kind: 'Application', ...object(filled.value) }
  // Lists of an Application have no merge key, so a strategic merge replaces them, as this does.
  const merged = mergeOver(base, parsePatch(text(patched.value) ?? ''))
  const project = at(base, 'spec', 'project')
  const result =
    isObject(merged.spec) && project !== undefined ? { ...merged, spec: { ...merged.spec, project } } : merged
  if (isManifest(result)) return result
  throw new GeneratorProblem(`${titleOf(set)} makes something that is no Application`)
}

function parsePatch(patch: string): JsonObject {
  try {
    const parsed: unknown = parse(patch)
    return isObject(parsed) ? parsed : {}
  } catch (error) {
    throw new GeneratorProblem(
      `its templatePatch renders no YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`,
    )
  }
}

/** The sources of an Application, whichever of the two fields it uses. */
export function sourcesOf(application: Manifest): JsonObject[] {
  const several = objects(at(application, 'spec', 'sources'))
  const one = at(application, 'spec', 'source')
  return several.length > 0 ? several : isObject(one) ? [one] : []
}

/** `<cluster>: Application/<name>`, for messages. */
export function titleOfApplication({ cluster, application: made }: ClusterApplication): string {
  return `Application/${nameOf(made)} on cluster ${cluster}`
}
