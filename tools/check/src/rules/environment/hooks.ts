import { environmentsOf, everyObject, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { annotationsOf, at, number, text } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('hooks')
const hookAnnotation = 'argocd.argoproj.io/hook'
const policyAnnotation = 'argocd.argoproj.io/hook-delete-policy'
const knownHooks = ['PreSync', 'Sync', 'PostSync', 'SyncFail']

/** The hook phases that an object runs in; empty for ordinary objects. */
export function hookPhases({ manifest }: RenderedObject): string[] {
  return (annotationsOf(manifest)[hookAnnotation] ?? '')
    .split(',')
    .map((phase) => phase.trim())
    .filter(Boolean)
}

export const hooksRule: Rule = {
  name: 'hooks',
  about:
    'hooks that cannot run twice, never end, vanish before anybody reads them, or are of a forbidden phase',
  check: (context) => [
    ...everyObject(context)
      .filter((rendered) => hookPhases(rendered).length > 0)
      .flatMap(judgeHook),
    ...environmentsOf(context).flatMap((environment) =>
      ofKind(environment, 'Job')
        .filter((rendered) => hookPhases(rendered).length === 0)
        .map((rendered) =>
          report(
            rendered,
            'is a Job but no hook: its spec is immutable, so the second release fails to sync',
            `add the annotation ${hookAnnotation}`,
          ),
        ),
    ),
  ],
}

function judgeHook(rendered: RenderedObject): Finding[] {
  const { manifest } = rendered
  const findings = hookPhases(rendered)
    .filter((phase) => !knownHooks.includes(phase))
    .map((phase) => {
      const deleting = phase === 'PreDelete' || phase === 'PostDelete'
      return deleting
        ? report(
            rendered,
            `is a ${phase} hook (CVE-2026-77459)`,
            'remove it; delete what it cleans by a runbook',
          )
        : report(rendered, `has the unknown hook phase ${phase}`, `use one of ${knownHooks.join(', ')}`)
    })
  if (text(manifest.metadata.name) === undefined)
    findings.push(report(rendered, 'has no fixed name', 'set metadata.name instead of generateName'))
  if (annotationsOf(manifest)[policyAnnotation] !== 'BeforeHookCreation')
    findings.push(
      report(
        rendered,
        'is not deleted before its next run alone',
        `set ${policyAnnotation}: BeforeHookCreation`,
      ),
    )
  return manifest.kind === 'Job' ? [...findings, ...judgeJob(rendered)] : findings
}

function judgeJob(rendered: RenderedObject): Finding[] {
  const spec = at(rendered.manifest, 'spec')
  const findings: Finding[] = []
  const deadline = number(at(spec, 'activeDeadlineSeconds'))
  if (deadline === undefined || deadline <= 0)
    findings.push(
      report(rendered, 'has no end: a stuck hook holds its sync for ever', 'set spec.activeDeadlineSeconds'),
    )
  if (at(spec, 'ttlSecondsAfterFinished') !== undefined)
    findings.push(
      report(
        rendered,
        'is removed when it ends, before Argo CD or a person has read it',
        'remove spec.ttlSecondsAfterFinished',
      ),
    )
  return findings
}
