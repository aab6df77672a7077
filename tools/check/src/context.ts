import type { ClusterApplications } from './argo/applications.ts'
import type { RenderedSource } from './argo/sources.ts'
import type { Finding } from './finding.ts'
import { titleOf } from './manifest.ts'
import type { Pins } from './modules.ts'
import type { Kustomization, RenderedObject } from './render.ts'
import type { YamlFile } from './yaml.ts'

/** A tracked text file, for rules that look at what is written rather than at what it means. */
export interface TextFile {
  path: string
  text: string
}

/** Everything that rules judge. Built once per run by `readContext`; small made-up ones in tests. */
export interface Context {
  /** Every YAML file below workloads/, clusters/ and platform/. */
  files: YamlFile[]
  /** Every rendered root. */
  kustomizations: Kustomization[]
  /** Every text file of the repository that rules about repeated facts read. */
  texts: TextFile[]
  pins: Pins
  /** Every Application of every cluster, and what an ApplicationSet could not make. */
  argo: ClusterApplications
  /** The sources of Applications that come from elsewhere or carry options of their own, rendered. */
  sources: RenderedSource[]
}

/** A named judgement on the whole repository; pure. */
export interface Rule {
  /** Also the name of its file. */
  name: string
  /** One line: what it refuses. */
  about: string
  check(context: Context): Finding[]
}

/** One environment: its two kustomizations, either of which may be missing. */
export interface Environment {
  workload: string
  name: string
  namespace: Kustomization | undefined
  release: Kustomization | undefined
  /** Objects of both. */
  objects: RenderedObject[]
}

/** The environments of every workload, in path order. */
export function environmentsOf(context: Context): Environment[] {
  const found = new Map<string, Environment>()
  for (const kustomization of context.kustomizations) {
    const { role } = kustomization
    if (role.kind !== 'release' && role.kind !== 'namespace') continue
    const key = `${role.workload}/${role.environment}`
    const blank = {
      workload: role.workload,
      name: role.environment,
      namespace: undefined,
      release: undefined,
      objects: [],
    }
    const environment = found.get(key) ?? blank
    found.set(key, {
      ...environment,
      [role.kind]: kustomization,
      objects: [...environment.objects, ...kustomization.objects],
    })
  }
  return [...found.values()]
}

/** Objects of the kinds named, from anything that has objects. */
export function ofKind(holder: { objects: RenderedObject[] }, ...kinds: string[]): RenderedObject[] {
  return holder.objects.filter(({ manifest }) => kinds.includes(manifest.kind))
}

/** Every rendered object of every root. */
export function everyObject(context: Context): RenderedObject[] {
  return context.kustomizations.flatMap(({ objects }) => objects)
}

/** The objects of workloads alone. */
export function workloadObjects(context: Context): RenderedObject[] {
  return environmentsOf(context).flatMap(({ objects }) => objects)
}

/** Builds the findings of one rule: `report(rendered object or file, message, remedy)`. */
export function reporter(rule: string, severity: Finding['severity'] = 'error') {
  return (where: RenderedObject | string, message: string, remedy: string): Finding => {
    const [file, object] = typeof where === 'string' ? [where, ''] : [where.file, titleOf(where.manifest)]
    return { rule, severity, file, object, message, remedy }
  }
}
