import { type ClusterApplication, sourcesOf, titleOfApplication } from '../../argo/applications.ts'
import type { RenderedSource } from '../../argo/sources.ts'
import { type Context, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, nameOf, strings, text } from '../../manifest.ts'

const report = reporter('applications')
const tell = reporter('applications', 'info')
const options = ['ServerSideApply=true', 'RespectIgnoreDifferences=true']

export const applicationsRule: Rule = {
  name: 'applications',
  about: 'Applications that render another way than the rest, give up, or read a folder that is not there',
  check: (context) => [
    ...context.argo.applications.flatMap((made) => [...judgePolicy(made), ...judgeSources(made, context)]),
    ...judgeNames(context),
    ...context.sources.flatMap(judgeRendering),
  ],
}

function judgeRendering({ made, path, repository, failure, skipped }: RenderedSource): Finding[] {
  const source = `${titleOfApplication(made)}: ${path} of ${repository}`
  if (skipped)
    return [tell(made.file, `${source} is a chart; only Argo CD renders it`, 'look at its diff in Argo CD')]
  return failure ? [report(made.file, `${source} does not build: ${failure}`, 'correct path or patches')] : []
}

function judgePolicy(made: ClusterApplication): Finding[] {
  const policy = at(made.application, 'spec', 'syncPolicy')
  const title = titleOfApplication(made)
  const missing = options.filter((option) => !strings(at(policy, 'syncOptions')).includes(option))
  const findings = missing.map((option) =>
    report(made.file, `${title} syncs without ${option}`, `add ${option} to syncPolicy.syncOptions`),
  )
  if (at(policy, 'retry', 'backoff') === undefined)
    findings.push(report(made.file, `${title} retries without backoff`, 'set syncPolicy.retry.backoff'))
  if (at(policy, 'retry', 'refresh') !== true)
    findings.push(
      report(
        made.file,
        `${title} retries the revision that failed, not the one that mends it`,
        'set syncPolicy.retry.refresh: true',
      ),
    )
  if (at(policy, 'automated', 'selfHeal') !== true)
    findings.push(
      report(made.file, `${title} does not heal drift`, 'set syncPolicy.automated.selfHeal: true'),
    )
  return findings
}

function judgeSources(made: ClusterApplication, { kustomizations, argo }: Context): Finding[] {
  const own = text(
    at(
      argo.applications.find(({ application }) => nameOf(application) === 'cluster')?.application,
      'spec',
      'source',
      'repoURL',
    ),
  )
  const paths = new Set(kustomizations.map(({ path }) => path))
  const sources = sourcesOf(made.application)
  if (sources.length === 0)
    return [report(made.file, `${titleOfApplication(made)} has no source`, 'give it one')]
  return sources
    .filter(({ repoURL }) => repoURL === own)
    .map(({ path }) => text(path) ?? '')
    .filter((path) => !paths.has(path))
    .map((path) =>
      report(
        made.file,
        `${titleOfApplication(made)} reads ${path}, which is no kustomization that this check renders`,
        'correct the path or add a kustomization.yaml',
      ),
    )
}

function judgeNames({ argo }: Context): Finding[] {
  const titles = argo.applications.map(titleOfApplication)
  return argo.applications
    .filter((made, index) => titles.indexOf(titleOfApplication(made)) !== index)
    .map((made) =>
      report(
        made.file,
        `there are two of ${titleOfApplication(made)}`,
        'remove one of the files that make them',
      ),
    )
}
