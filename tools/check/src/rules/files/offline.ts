import { type Rule, reporter } from '../../context.ts'
import { isObject, objects } from '../../manifest.ts'

const report = reporter('offline')
const helmFields = ['helmCharts', 'helmChartInflationGenerator', 'helmGlobals']

export const offlineRule: Rule = {
  name: 'offline',
  about: 'remote references and Helm charts in kustomizations (CVE-2026-113708, CVE-2026-113709)',
  check: ({ kustomizations, files }) => [
    ...kustomizations.flatMap(({ graph }) =>
      graph.remote.map(({ file, reference }) =>
        report(
          file,
          `refers to ${reference}, outside this repository`,
          'make it an Application source of its own, pinned to a revision',
        ),
      ),
    ),
    ...files
      .filter(({ path }) => /\/kustomization\.ya?ml$/.test(path))
      .flatMap(({ path, documents }) =>
        documents
          .filter(isObject)
          .flatMap((document) => helmFields.filter((field) => field in document))
          .map((field) => report(path, `uses ${field}`, 'make the chart an Application source of its own')),
      ),
    ...files.flatMap(({ path, documents }) =>
      documents
        .filter(isObject)
        .filter(
          (document) =>
            document.kind === 'HelmChartInflationGenerator' || objects(document.generators).length > 0,
        )
        .map(() =>
          report(
            path,
            'generates objects with a plugin',
            'write the objects, or make the chart an Application source of its own',
          ),
        ),
    ),
  ],
}
