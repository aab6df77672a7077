import { environmentsOf, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, labelsOf, stringMap } from '../../manifest.ts'
import { podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('labels')
const prefix = 'app.kubernetes.io/'
const commit = /^[0-9a-f]{40}$/

export const labelsRule: Rule = {
  name: 'labels',
  about: 'objects of a workload without the standard labels (roadmap 2.2)',
  check: (context) =>
    environmentsOf(context).flatMap(({ workload, namespace, release }) => [
      ...(namespace?.objects ?? []).flatMap((rendered) =>
        judge(rendered, labelsOf(rendered.manifest), workload, ''),
      ),
      ...(release?.objects ?? []).flatMap((rendered) => [
        ...judge(rendered, labelsOf(rendered.manifest), workload, ''),
        ...judgeVersion(rendered, labelsOf(rendered.manifest), ''),
        ...judgeTemplates(rendered, workload),
      ]),
    ]),
}

function judgeTemplates(rendered: RenderedObject, workload: string): Finding[] {
  return podTemplatesOf(rendered.manifest).flatMap(({ template, path }) => {
    const labels = stringMap(at(template, 'metadata', 'labels'))
    const component = labels[`${prefix}component`]
      ? []
      : [
          report(
            rendered,
            `${path} has no label ${prefix}component`,
            'label it with the component that it runs',
          ),
        ]
    return [
      ...judge(rendered, labels, workload, `${path} `),
      ...judgeVersion(rendered, labels, `${path} `),
      ...component,
    ]
  })
}

function judge(
  rendered: RenderedObject,
  labels: Record<string, string>,
  workload: string,
  where: string,
): Finding[] {
  const expected = { name: workload, 'part-of': workload, 'managed-by': 'kustomize' }
  return Object.entries(expected).flatMap(([label, value]) => {
    const found = labels[prefix + label]
    if (found === value) return []
    const state =
      found === undefined ? `has no label ${prefix}${label}` : `has the label ${prefix}${label}: ${found}`
    return [
      report(
        rendered,
        `${where}${state}`,
        `set ${prefix}${label}: ${value} (kustomize "labels" in the base does it for all)`,
      ),
    ]
  })
}

function judgeVersion(rendered: RenderedObject, labels: Record<string, string>, where: string): Finding[] {
  const version = labels[`${prefix}version`]
  if (version && commit.test(version)) return []
  const state = version
    ? `has the label ${prefix}version: ${version}, which is no commit`
    : `has no label ${prefix}version`
  return [
    report(
      rendered,
      `${where}${state}`,
      'let release.yaml set it to the full commit, with includeTemplates: true',
    ),
  ]
}
