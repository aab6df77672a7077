import { sourcesOf } from '../../argo/applications.ts'
import { type Context, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, nameOf, text } from '../../manifest.ts'

const report = reporter('local-parity')
const localWords = /clusters\/local|stand-ins|local\.appname|\.local\b|localhost|127\.0\.0\.1/

export const localParityRule: Rule = {
  name: 'local-parity',
  about: 'environments that are not byte for byte the same on the local cluster as on their own',
  check: (context) => [...judgeWords(context), ...judgeApplications(context)],
}

function judgeWords({ texts }: Context): Finding[] {
  return texts
    .filter(({ path }) => path.startsWith('workloads/'))
    .flatMap(({ path, text: content }) =>
      content.split('\n').flatMap((line, index) => {
        const word = localWords.exec(line)?.[0]
        return word
          ? [
              report(
                path,
                `line ${index + 1}: speaks of the local cluster ("${word}")`,
                'move what is local into clusters/local or a stand-in',
              ),
            ]
          : []
      }),
    )
}

function judgeApplications({ argo }: Context): Finding[] {
  const workloads = argo.applications.filter(
    ({ application }) => at(application, 'spec', 'project') === 'workloads',
  )
  const content = (application: (typeof workloads)[number]) =>
    JSON.stringify([
      sourcesOf(application.application),
      at(application.application, 'spec', 'syncPolicy', 'syncOptions'),
    ])
  return workloads
    .filter(({ cluster }) => cluster !== 'local')
    .flatMap((made) => {
      const name = nameOf(made.application)
      const local = workloads.find(
        ({ cluster, application }) => cluster === 'local' && nameOf(application) === name,
      )
      const path = text(sourcesOf(made.application)[0]?.path)
      if (!local)
        return [
          report(
            made.file,
            `Application ${name} of cluster ${made.cluster} is not on the local cluster`,
            `add clusters/local/workloads/ for ${path}`,
          ),
        ]
      return content(local) === content(made)
        ? []
        : [
            report(
              made.file,
              `Application ${name} reads something else on the local cluster than on ${made.cluster}`,
              'make the two the same',
            ),
          ]
    })
}
