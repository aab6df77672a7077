import { environmentsOf, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, number, text } from '../../manifest.ts'
import { mainContainersOf, type PodTemplate, podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('grace-period')

/** Seconds that the product waits for requests in flight after SIGTERM (roadmap 1.3). */
const drainSeconds = 30

export const gracePeriodRule: Rule = {
  name: 'grace-period',
  about: 'services that are killed while they still drain, or stop before the load balancer knows',
  check: (context) =>
    environmentsOf(context).flatMap(({ objects }) =>
      objects.flatMap((rendered) =>
        podTemplatesOf(rendered.manifest)
          .filter(({ purpose }) => purpose === 'service')
          .flatMap((template) => judge(rendered, template)),
      ),
    ),
}

function judge(rendered: RenderedObject, template: PodTemplate): Finding[] {
  const grace = number(at(template.template, 'spec', 'terminationGracePeriodSeconds')) ?? 30
  return mainContainersOf(template).flatMap((container) => {
    const wait = number(at(container, 'lifecycle', 'preStop', 'sleep', 'seconds')) ?? 0
    const name = `container ${text(container.name) ?? '?'}`
    const findings: Finding[] = []
    if (grace <= wait + drainSeconds)
      findings.push(
        report(
          rendered,
          `${name} has ${grace} s to stop but waits ${wait} s and drains up to ${drainSeconds} s`,
          `set terminationGracePeriodSeconds above ${wait + drainSeconds}`,
        ),
      )
    if (at(container, 'lifecycle', 'preStop', 'exec') !== undefined)
      findings.push(
        report(
          rendered,
          `${name} waits by running a program, which its image may not have`,
          'use lifecycle.preStop.sleep',
        ),
      )
    return findings
  })
}
