/** Reading Kubernetes objects whose shape nobody has vouched for yet. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** One Kubernetes object; `metadata.name` is there in everything that a kustomization renders. */
export interface Manifest extends JsonObject {
  apiVersion: string
  kind: string
  metadata: JsonObject
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isManifest(value: unknown): value is Manifest {
  return (
    isObject(value) &&
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    isObject(value.metadata)
  )
}

/** The value at `path` (keys and list indexes), or undefined where the path ends early. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let here: Json | undefined = value
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined
  }
  return here
}

export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

export function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** The objects of a list; anything else in it is the schema check's to refuse. */
export function objects(value: Json | undefined): JsonObject[] {
  return list(value).filter(isObject)
}

export function strings(value: Json | undefined): string[] {
  return list(value).filter((item) => typeof item === 'string')
}

export function nameOf(manifest: Manifest): string {
  return text(manifest.metadata.name) ?? text(manifest.metadata.generateName) ?? '(no name)'
}

export function labelsOf(holder: JsonObject | undefined): Record<string, string> {
  return stringMap(at(holder, 'metadata', 'labels'))
}

export function annotationsOf(holder: JsonObject | undefined): Record<string, string> {
  return stringMap(at(holder, 'metadata', 'annotations'))
}

export function stringMap(value: Json | undefined): Record<string, string> {
  const entries = Object.entries(object(value)).filter(([, item]) => typeof item === 'string')
  return Object.fromEntries(entries) as Record<string, string>
}

/** `Kind/name`, the way people and this tool's findings name an object. */
export function titleOf(manifest: Manifest): string {
  return `${manifest.kind}/${nameOf(manifest)}`
}

/** The API group of `apps/v1` is `apps`; of `v1`, the empty string. */
export function groupOf(manifest: Manifest): string {
  const slash = manifest.apiVersion.indexOf('/')
  return slash < 0 ? '' : manifest.apiVersion.slice(0, slash)
}
