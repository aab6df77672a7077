import { type Rule, reporter } from '../../context.ts'

const report = reporter('rendering')

export const renderingRule: Rule = {
  name: 'rendering',
  about: 'kustomizations that do not build, refer to files that are not there, or render nothing',
  check: ({ kustomizations }) =>
    kustomizations.flatMap(({ path, graph, failure, objects }) => {
      const missing = graph.missing.map(({ file, reference }) =>
        report(file, `refers to ${reference}, which does not exist`, 'correct the path or add the file'),
      )
      if (missing.length > 0) return missing
      if (failure)
        return [
          report(
            `${path}/kustomization.yaml`,
            `does not build: ${failure}`,
            `run "kustomize build ${path}" and correct what it names`,
          ),
        ]
      if (objects.length === 0)
        return [
          report(`${path}/kustomization.yaml`, 'renders no object', 'add resources, or remove the folder'),
        ]
      return []
    }),
}
