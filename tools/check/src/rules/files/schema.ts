import { reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { type Manifest, nameOf, titleOf } from '../../manifest.ts'
import { twinsOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'
import type { SchemaValidator } from '../../schemas/validator.ts'

/** Findings, and how many objects of each kind were really judged: a check that saw nothing must not pass. */
export interface SchemaResult {
  findings: Finding[]
  /** `apps/v1 Deployment` → count; twins are counted as `… (twin)`. */
  validated: Record<string, number>
}

const report = reporter('schema')

/** Judges every object, and the twins of those that only Argo Rollouts knows, against the running versions' schemas. */
export function checkSchemas(objects: RenderedObject[], validator: SchemaValidator): SchemaResult {
  const result: SchemaResult = { findings: [], validated: {} }
  for (const rendered of objects) {
    judge(rendered, rendered.manifest, '', validator, result)
    for (const twin of twinsOf(rendered.manifest)) judge(rendered, twin, ' (twin)', validator, result)
  }
  return result
}

function judge(
  rendered: RenderedObject,
  manifest: Manifest,
  suffix: string,
  validator: SchemaValidator,
  result: SchemaResult,
) {
  const kind = `${manifest.apiVersion} ${manifest.kind}`
  const verdict = validator.validate(manifest)
  if (!verdict.known) {
    const remedy =
      'correct apiVersion and kind, or pin the module that brings its CRD in tools/check/src/schemas/load.ts'
    result.findings.push(report(rendered, `no schema for ${kind}: no cluster of ours serves it`, remedy))
    return
  }
  result.validated[kind + suffix] = (result.validated[kind + suffix] ?? 0) + 1
  const seenAs = suffix
    ? ` (judged as ${titleOf({ ...manifest, metadata: { name: nameOf(manifest) } })})`
    : ''
  for (const { path, message } of verdict.problems)
    result.findings.push(
      report(
        rendered,
        `${path || 'it'} ${message}${seenAs}`,
        `correct or remove ${path || 'it'}; the API server refuses it`,
      ),
    )
}
