import { type Environment, environmentsOf, ofKind, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { annotationsOf, at, nameOf, stringMap } from '../../manifest.ts'
import { podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'
import { hookPhases } from './hooks.ts'

const report = reporter('sync-order')

export const syncOrderRule: Rule = {
  name: 'sync-order',
  about:
    'releases that serve before they migrate, migrate before the snapshot, or move workers before the api is stable',
  check: (context) =>
    environmentsOf(context).flatMap((environment) => [
      ...judgeWorkers(environment),
      ...judgeMigration(environment),
    ]),
}

/** The wave of an object; 0 where it says none. */
function waveOf({ manifest }: RenderedObject): number {
  return Number(annotationsOf(manifest)['argocd.argoproj.io/sync-wave'] ?? 0)
}

function judgeWorkers(environment: Environment): Finding[] {
  const [rollout] = ofKind(environment, 'Rollout')
  if (!rollout) return []
  return ofKind(environment, 'Deployment')
    .filter((rendered) => waveOf(rendered) <= waveOf(rollout))
    .map((rendered) =>
      report(
        rendered,
        `rolls in wave ${waveOf(rendered)}, before Rollout/${nameOf(rollout.manifest)} of wave ${waveOf(rollout)} is stable`,
        `set argocd.argoproj.io/sync-wave above ${waveOf(rollout)}`,
      ),
    )
}

function judgeMigration(environment: Environment): Finding[] {
  const ofComponent = (component: string) =>
    ofKind(environment, 'Job').find(({ manifest }) =>
      podTemplatesOf(manifest).some(
        ({ template }) =>
          stringMap(at(template, 'metadata', 'labels'))['app.kubernetes.io/component'] === component,
      ),
    )
  const [migrate, snapshot] = [ofComponent('migrate'), ofComponent('snapshot')]
  const early = [migrate, snapshot]
    .filter((job) => job !== undefined)
    .filter((job) => !hookPhases(job).includes('PreSync'))
    .map((job) =>
      report(job, 'does not run before what it is for', 'annotate it with argocd.argoproj.io/hook: PreSync'),
    )
  if (!migrate || !snapshot || waveOf(snapshot) < waveOf(migrate)) return early
  return [
    ...early,
    report(
      snapshot,
      `runs in wave ${waveOf(snapshot)}, not before Job/${nameOf(migrate.manifest)} of wave ${waveOf(migrate)}`,
      'give it a lower argocd.argoproj.io/sync-wave',
    ),
  ]
}
