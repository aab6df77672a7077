import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, type JsonObject, nameOf, objects, stringMap, text } from '../../manifest.ts'
import { containersOf, podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('config-keys')

/** Keys by `ConfigMap/name` and `Secret/name`; `namespaced` tells which stand before a release's hooks run. */
interface Stores {
  keys: Map<string, Set<string>>
  early: Set<string>
}

export const configKeysRule: Rule = {
  name: 'config-keys',
  about: 'containers that read a ConfigMap, Secret or key that their environment does not have (or not yet)',
  check: (context) =>
    environmentsOf(context).flatMap((environment) => {
      const stores = storesOf(environment)
      return environment.objects.flatMap((rendered) =>
        podTemplatesOf(rendered.manifest).flatMap(({ template, path, purpose }) => [
          ...containersOf({ template, path, purpose }).flatMap((container) =>
            judgeContainer(rendered, container, stores),
          ),
          ...objects(at(template, 'spec', 'volumes')).flatMap((volume) =>
            judgeVolume(rendered, volume, stores),
          ),
        ]),
      )
    }),
}

function storesOf(environment: Environment): Stores {
  const stores: Stores = { keys: new Map(), early: new Set() }
  for (const rendered of ofKind(environment, 'ConfigMap', 'Secret', 'ExternalSecret')) {
    const name = storeName(rendered)
    stores.keys.set(name, keysOf(rendered))
    if (environment.namespace?.objects.includes(rendered)) stores.early.add(name)
  }
  return stores
}

function storeName({ manifest }: RenderedObject): string {
  if (manifest.kind !== 'ExternalSecret') return `${manifest.kind}/${nameOf(manifest)}`
  return `Secret/${text(at(manifest, 'spec', 'target', 'name')) ?? nameOf(manifest)}`
}

function keysOf({ manifest }: RenderedObject): Set<string> {
  if (manifest.kind === 'ExternalSecret') {
    const template = at(manifest, 'spec', 'target', 'template', 'data')
    if (template !== undefined) return new Set(Object.keys(stringMap(template)))
    return new Set(objects(at(manifest, 'spec', 'data')).flatMap((entry) => text(entry.secretKey) ?? []))
  }
  return new Set(
    ['data', 'stringData', 'binaryData'].flatMap((field) => Object.keys(stringMap(manifest[field]))),
  )
}

function judgeContainer(rendered: RenderedObject, container: JsonObject, stores: Stores): Finding[] {
  const name = text(container.name) ?? '?'
  const single = objects(container.env).flatMap((entry) => [
    judgeReference(rendered, name, 'ConfigMap', at(entry, 'valueFrom', 'configMapKeyRef'), stores),
    judgeReference(rendered, name, 'Secret', at(entry, 'valueFrom', 'secretKeyRef'), stores),
  ])
  const whole = objects(container.envFrom).flatMap((entry) => [
    judgeReference(rendered, name, 'ConfigMap', entry.configMapRef, stores),
    judgeReference(rendered, name, 'Secret', entry.secretRef, stores),
  ])
  return [...single, ...whole].flat()
}

function judgeVolume(rendered: RenderedObject, volume: JsonObject, stores: Stores): Finding[] {
  const secret = text(at(volume, 'secret', 'secretName'))
  return [
    ...judgeReference(rendered, `volume ${volume.name}`, 'ConfigMap', volume.configMap, stores),
    ...(secret ? judgeReference(rendered, `volume ${volume.name}`, 'Secret', { name: secret }, stores) : []),
  ]
}

function judgeReference(
  rendered: RenderedObject,
  reader: string,
  kind: string,
  reference: unknown,
  stores: Stores,
): Finding[] {
  const entry = reference as JsonObject | undefined
  if (entry === undefined || entry.optional === true) return []
  const store = `${kind}/${entry.name}`
  const keys = stores.keys.get(store)
  if (!keys)
    return [
      report(
        rendered,
        `${reader} reads ${store}, which is not in this environment`,
        `add ${store} or correct the name`,
      ),
    ]
  const key = text(entry.key)
  if (key && !keys.has(key))
    return [
      report(
        rendered,
        `${reader} reads key ${key} of ${store}, which has ${[...keys].sort().join(', ') || 'no keys'}`,
        `add ${key} to ${store} or correct the key`,
      ),
    ]
  const hook = text(at(rendered.manifest, 'metadata', 'annotations', 'argocd.argoproj.io/hook'))
  if (hook?.includes('PreSync') && !stores.early.has(store))
    return [
      report(
        rendered,
        `${reader} reads ${store} before the sync that brings it`,
        `move ${store} into the environment's namespace folder, or set the values in the hook`,
      ),
    ]
  return []
}
