import { fileOf } from '../../argo/sources.ts'
import { type Context, everyObject, type Rule, reporter } from '../../context.ts'
import { annotationsOf, nameOf } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('pruning')
const annotation = 'argocd.argoproj.io/sync-options'

export const pruningRule: Rule = {
  name: 'pruning',
  about: 'definitions and the Argo CD namespace that a sync could prune, with everything that hangs on them',
  check: (context) =>
    [...everyObject(context), ...fetched(context)]
      .filter(isPrecious)
      .filter((rendered) => !isKept(rendered))
      .map((rendered) =>
        report(
          rendered,
          'may be pruned, and takes along everything of its kind or in it',
          `annotate it with ${annotation}: Prune=false,Delete=false`,
        ),
      ),
}

function fetched({ sources }: Context): RenderedObject[] {
  return sources.flatMap((source) => source.objects.map((manifest) => ({ manifest, file: fileOf(source) })))
}

function isPrecious({ manifest }: RenderedObject): boolean {
  return (
    manifest.kind === 'CustomResourceDefinition' ||
    (manifest.kind === 'Namespace' && nameOf(manifest) === 'argocd')
  )
}

function isKept({ manifest }: RenderedObject): boolean {
  const options = (annotationsOf(manifest)[annotation] ?? '').split(',').map((option) => option.trim())
  return options.includes('Prune=false') && options.includes('Delete=false')
}
