import { everyObject, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, strings, text } from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('application-sets')

export const applicationSetsRule: Rule = {
  name: 'application-sets',
  about: 'ApplicationSets that guess missing values, choose a project by template, or make nothing',
  check: (context) => [
    ...everyObject(context)
      .filter(({ manifest }) => manifest.kind === 'ApplicationSet')
      .flatMap(judge),
    ...context.kustomizations
      .filter(({ role }) => role.kind === 'cluster' && role.cluster === 'prod')
      .flatMap(({ objects }) =>
        objects.filter(({ manifest }) => manifest.kind === 'ApplicationSet').flatMap(judgeProduction),
      ),
    ...context.argo.problems.map(({ source, message }) =>
      report(source, message, 'correct its generators or the files that they read'),
    ),
  ],
}

function judge(rendered: RenderedObject): Finding[] {
  const spec = at(rendered.manifest, 'spec')
  const findings: Finding[] = []
  if (at(spec, 'goTemplate') !== true)
    findings.push(report(rendered, 'does not use Go templates', 'set spec.goTemplate: true'))
  if (!strings(at(spec, 'goTemplateOptions')).includes('missingkey=error'))
    findings.push(
      report(
        rendered,
        'fills a missing value with "<no value>"',
        'set spec.goTemplateOptions: [missingkey=error]',
      ),
    )
  const project = text(at(spec, 'template', 'spec', 'project')) ?? ''
  if (project === '' || project.includes('{{'))
    findings.push(report(rendered, `takes its project from "${project}"`, 'write the project out'))
  if (project === 'default')
    findings.push(
      report(rendered, 'uses the project default, which is locked', 'name the project platform or workloads'),
    )
  const differences = JSON.stringify(at(spec, 'ignoreApplicationDifferences') ?? [])
  if (!differences.includes('/spec/syncPolicy'))
    findings.push(
      report(
        rendered,
        'undoes it when a person pauses an Application',
        'set spec.ignoreApplicationDifferences: [{jsonPointers: [/spec/syncPolicy]}]',
      ),
    )
  return findings
}

function judgeProduction(rendered: RenderedObject): Finding[] {
  const policy = at(rendered.manifest, 'spec', 'syncPolicy')
  const findings: Finding[] = []
  if (at(policy, 'applicationsSync') !== 'create-update')
    findings.push(
      report(
        rendered,
        'may delete Applications of production',
        'set spec.syncPolicy.applicationsSync: create-update on cluster prod',
      ),
    )
  if (at(policy, 'preserveResourcesOnDeletion') !== true)
    findings.push(
      report(
        rendered,
        'takes what runs in production along when it goes',
        'set spec.syncPolicy.preserveResourcesOnDeletion: true on cluster prod',
      ),
    )
  return findings
}
