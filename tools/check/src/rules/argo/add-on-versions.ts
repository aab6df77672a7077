import { sourcesOf, titleOfApplication } from '../../argo/applications.ts'
import { type Rule, reporter } from '../../context.ts'
import { text } from '../../manifest.ts'
import { type PinnedName, pinFile, upstreamRepositories } from '../../modules.ts'

const report = reporter('add-on-versions')

export const addOnVersionsRule: Rule = {
  name: 'add-on-versions',
  about: 'add-ons that a cluster takes in another version than the toolchain builds, or at a moving revision',
  check: ({ argo, pins }) =>
    argo.applications.flatMap((made) =>
      sourcesOf(made.application).flatMap((source) => {
        const name = (Object.keys(upstreamRepositories) as PinnedName[]).find(
          (key) => upstreamRepositories[key] === source.repoURL,
        )
        if (!name || source.targetRevision === pins[name]) return []
        const found = text(source.targetRevision) ?? '(none)'
        return [
          report(
            made.file,
            `${titleOfApplication(made)} takes ${name} ${found}, ${pinFile(name)} pins ${pins[name]}`,
            'make the two the same',
          ),
        ]
      }),
    ),
}
