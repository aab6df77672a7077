import { everyObject, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, type JsonObject, number, strings, text } from '../../manifest.ts'
import { containersOf, type PodTemplate, podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('pod-security')

export const podSecurityRule: Rule = {
  name: 'pod-security',
  about: 'Pods that could run as root, gain privileges or write to their own file system (roadmap 5.1)',
  check: (context) =>
    everyObject({
      ...context,
      kustomizations: context.kustomizations.filter(({ role }) => role.kind !== 'stand-ins'),
    }).flatMap((rendered) =>
      podTemplatesOf(rendered.manifest).flatMap((template) => judge(rendered, template)),
    ),
}

function judge(rendered: RenderedObject, template: PodTemplate): Finding[] {
  const pod = at(template.template, 'spec', 'securityContext')
  const hostFields = ['hostNetwork', 'hostPID', 'hostIPC'].filter(
    (field) => at(template.template, 'spec', field) === true,
  )
  return [
    ...hostFields.map((field) =>
      report(rendered, `${template.path}.spec.${field} is true`, `remove ${field}`),
    ),
    ...containersOf(template).flatMap((container) =>
      requirements(container, pod as JsonObject | undefined)
        .filter(({ met }) => !met)
        .map(({ message, remedy }) =>
          report(rendered, `container ${text(container.name) ?? '?'} ${message}`, remedy),
        ),
    ),
  ]
}

/** A container's own security context wins over the Pod's, field by field. */
function requirements(container: JsonObject, pod: JsonObject | undefined) {
  const own = (...path: string[]) => at(container, 'securityContext', ...path)
  const either = (...path: string[]) => own(...path) ?? at(pod, ...path)
  const user = number(either('runAsUser'))
  return [
    {
      met: either('runAsNonRoot') === true,
      message: 'may run as root',
      remedy: 'set securityContext.runAsNonRoot: true',
    },
    {
      met: user !== undefined && user > 0,
      message: 'runs as no numeric user of its own',
      remedy: 'set securityContext.runAsUser: 1001',
    },
    {
      met: own('allowPrivilegeEscalation') === false,
      message: 'may gain privileges',
      remedy: 'set securityContext.allowPrivilegeEscalation: false',
    },
    {
      met: own('privileged') !== true,
      message: 'is privileged',
      remedy: 'remove securityContext.privileged',
    },
    {
      met: own('readOnlyRootFilesystem') === true,
      message: 'may write to its root file system',
      remedy: 'set securityContext.readOnlyRootFilesystem: true and mount an emptyDir at /tmp',
    },
    {
      met: strings(own('capabilities', 'drop')).includes('ALL'),
      message: 'keeps Linux capabilities',
      remedy: 'set securityContext.capabilities.drop: [ALL]',
    },
    {
      met: strings(own('capabilities', 'add')).length === 0,
      message: 'adds Linux capabilities',
      remedy: 'remove securityContext.capabilities.add',
    },
    {
      met: text(either('seccompProfile', 'type')) === 'RuntimeDefault',
      message: 'has no seccomp profile',
      remedy: 'set securityContext.seccompProfile.type: RuntimeDefault',
    },
  ]
}
