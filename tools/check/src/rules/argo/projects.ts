import { matchesGlob } from 'node:path'
import { type ClusterApplication, sourcesOf, titleOfApplication } from '../../argo/applications.ts'
import { type Context, everyObject, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import {
  at,
  groupOf,
  type Json,
  type JsonObject,
  list,
  type Manifest,
  nameOf,
  objects,
  strings,
  text,
} from '../../manifest.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('projects')

export const projectsRule: Rule = {
  name: 'projects',
  about: 'AppProjects that allow everything, and Applications that theirs would refuse',
  check: (context) => [
    ...everyObject(context)
      .filter(({ manifest }) => manifest.kind === 'AppProject')
      .flatMap(judgeProject),
    ...context.argo.applications.flatMap((made) => judgeApplication(made, context)),
  ],
}

function judgeProject(rendered: RenderedObject): Finding[] {
  const spec = at(rendered.manifest, 'spec')
  const open = (value: Json | undefined) => list(value).some((entry) => JSON.stringify(entry).includes('"*"'))
  const fields = [
    'sourceRepos',
    'destinations',
    'clusterResourceWhitelist',
    'namespaceResourceWhitelist',
    'sourceNamespaces',
  ]
  const findings = fields
    .filter((field) => open(at(spec, field)))
    .map((field) =>
      report(rendered, `allows everything in ${field}`, `list exactly what is needed in spec.${field}`),
    )
  if (nameOf(rendered.manifest) !== 'default') return findings
  const locked = ['sourceRepos', 'destinations'].every((field) => list(at(spec, field)).length === 0)
  return locked
    ? findings
    : [...findings, report(rendered, 'is not locked', 'empty spec.sourceRepos and spec.destinations')]
}

function judgeApplication(made: ClusterApplication, context: Context): Finding[] {
  const title = titleOfApplication(made)
  const name = text(at(made.application, 'spec', 'project')) ?? ''
  const project = context.kustomizations
    .filter(({ role }) => role.kind === 'cluster' && role.cluster === made.cluster)
    .flatMap(({ objects: all }) => all)
    .find(({ manifest }) => manifest.kind === 'AppProject' && nameOf(manifest) === name)
  if (!project)
    return [
      report(
        made.file,
        `${title} is of project ${name}, which its cluster does not have`,
        'name the project platform or workloads',
      ),
    ]
  const spec = project.manifest.spec
  const sources = sourcesOf(made.application)
    .map(({ repoURL }) => text(repoURL) ?? '')
    .filter((url) => !strings(at(spec, 'sourceRepos')).includes(url))
  const destination = at(made.application, 'spec', 'destination')
  const allowed = objects(at(spec, 'destinations')).some(
    (entry) => entry.server === at(destination, 'server') && entry.namespace === at(destination, 'namespace'),
  )
  return [
    ...sources.map((url) =>
      report(
        project,
        `refuses ${title}: repository ${url} is not in sourceRepos`,
        'add it to spec.sourceRepos',
      ),
    ),
    ...(allowed
      ? []
      : [
          report(
            project,
            `refuses ${title}: namespace ${text(at(destination, 'namespace'))} is not in destinations`,
            'add it to spec.destinations',
          ),
        ]),
    ...judgeKinds(made, project, context),
  ]
}

function judgeKinds(made: ClusterApplication, project: RenderedObject, context: Context): Finding[] {
  const spec = project.manifest.spec
  const paths = sourcesOf(made.application).map(({ path }) => path)
  const own = context.kustomizations
    .filter(({ path }) => paths.includes(path))
    .flatMap(({ objects: all }) => all.map(({ manifest }) => manifest))
  const fetched = context.sources.filter((source) => source.made === made).flatMap((source) => source.objects)
  const refused = [...own, ...fetched].filter((manifest) => !isAllowed(manifest, spec))
  const kinds = new Map(refused.map((manifest) => [`${groupOf(manifest)}/${manifest.kind}`, manifest]))
  return [...kinds.values()].map((manifest) => {
    const kind = `kind ${manifest.kind} of group "${groupOf(manifest)}"`
    return report(
      project,
      `refuses ${kind}, which ${titleOfApplication(made)} brings`,
      `add it to spec.${isClusterScoped(manifest) ? 'cluster' : 'namespace'}ResourceWhitelist`,
    )
  })
}

function isAllowed(manifest: Manifest, spec: Json | undefined): boolean {
  const allowed = objects(
    at(spec, isClusterScoped(manifest) ? 'clusterResourceWhitelist' : 'namespaceResourceWhitelist'),
  )
  return allowed.some((entry) => matches(entry, manifest))
}

function matches(entry: JsonObject, manifest: Manifest): boolean {
  const name = text(entry.name)
  return (
    entry.group === groupOf(manifest) &&
    entry.kind === manifest.kind &&
    (!name || matchesGlob(nameOf(manifest), name))
  )
}

const clusterScopedKinds = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
])

/** Whether a kind has no namespace. */
function isClusterScoped(manifest: Manifest): boolean {
  return clusterScopedKinds.has(manifest.kind)
}
