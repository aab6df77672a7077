import { type Context, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, type JsonObject, objects, text } from '../../manifest.ts'
import { imagesOf } from '../pods/images.ts'

const report = reporter('patches')

export const patchesRule: Rule = {
  name: 'patches',
  about: 'patches and image entries that change nothing: kustomize ignores them in silence',
  check: (context) => {
    const files = new Map(context.kustomizations.flatMap(({ graph }) => [...graph.kustomizations]))
    return [...files].flatMap(([file, kustomization]) => [
      ...judgePatches(file, kustomization, context),
      ...judgeImages(file, kustomization, context),
    ])
  },
}

/** A shared component may have nothing to do in one environment, but not in all of them. */
function rootsOf(file: string, context: Context) {
  return context.kustomizations.filter(({ graph, failure }) => graph.kustomizations.has(file) && !failure)
}

function judgePatches(file: string, kustomization: JsonObject, context: Context): Finding[] {
  const roots = rootsOf(file, context)
  if (roots.length === 0) return []
  return objects(kustomization.patches).flatMap((patch) => {
    const target = at(patch, 'target')
    if (target === undefined) return []
    const selects = (field: string, value: string) =>
      new RegExp(`^(${text(at(target, field)) ?? '.*'})$`).test(value)
    const found = roots.some(({ objects: all }) =>
      all.some(
        ({ manifest }) =>
          selects('kind', manifest.kind) && selects('name', text(manifest.metadata.name) ?? ''),
      ),
    )
    return found
      ? []
      : [
          report(
            file,
            `patches ${JSON.stringify(target)}, which selects no object`,
            'correct the target, or remove the patch',
          ),
        ]
  })
}

function judgeImages(file: string, kustomization: JsonObject, context: Context): Finding[] {
  const used = rootsOf(file, context).flatMap(({ objects: all }) => all.flatMap(imagesOf))
  if (rootsOf(file, context).length === 0) return []
  return objects(kustomization.images).flatMap((image) => {
    const name = text(image.newName) ?? text(image.name) ?? ''
    return used.some((reference) => reference.startsWith(name))
      ? []
      : [
          report(
            file,
            `sets image ${text(image.name)}, which no Pod uses`,
            'correct the name, or remove the entry',
          ),
        ]
  })
}
