import { environmentsOf, type Rule, reporter } from '../../context.ts'
import { at, objects, text } from '../../manifest.ts'
import { mainContainersOf, podTemplatesOf } from '../../pods.ts'

const report = reporter('probes')

export const probesRule: Rule = {
  name: 'probes',
  about: 'services of a workload without liveness and readiness probes on a port that exists',
  check: (context) =>
    environmentsOf(context).flatMap(({ objects: all }) =>
      all.flatMap((rendered) =>
        podTemplatesOf(rendered.manifest)
          .filter(({ purpose }) => purpose === 'service')
          .flatMap(mainContainersOf)
          .flatMap((container) =>
            ['livenessProbe', 'readinessProbe'].flatMap((probe) => {
              const name = `container ${text(container.name) ?? '?'}`
              if (container[probe] === undefined)
                return [report(rendered, `${name} has no ${probe}`, `add ${probe}.httpGet`)]
              const port = at(container, probe, 'httpGet', 'port')
              const ports = objects(container.ports).flatMap((entry) => [entry.name, entry.containerPort])
              if (port === undefined || ports.includes(port)) return []
              return [
                report(
                  rendered,
                  `${name}: ${probe} asks port ${port}, which it does not declare`,
                  'name one of its ports',
                ),
              ]
            }),
          ),
      ),
    ),
}
