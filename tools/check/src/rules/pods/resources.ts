import { environmentsOf, type Rule, reporter } from '../../context.ts'
import { at, text } from '../../manifest.ts'
import { containersOf, podTemplatesOf } from '../../pods.ts'

const report = reporter('resources')
const needed = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['limits', 'memory'],
] as const

export const resourcesRule: Rule = {
  name: 'resources',
  about: 'containers of a workload without CPU and memory requests and a memory limit',
  check: (context) =>
    environmentsOf(context).flatMap(({ objects }) =>
      objects.flatMap((rendered) =>
        podTemplatesOf(rendered.manifest)
          .flatMap(containersOf)
          .flatMap((container) =>
            needed
              .filter(([kind, resource]) => at(container, 'resources', kind, resource) === undefined)
              .map(([kind, resource]) =>
                report(
                  rendered,
                  `container ${text(container.name) ?? '?'} has no resources.${kind}.${resource}`,
                  `set resources.${kind}.${resource}`,
                ),
              ),
          ),
      ),
    ),
}
