import { type Context, type Rule, reporter } from '../../context.ts'
import { manifestTrees } from '../../repository.ts'

const report = reporter('orphans')

/** Files that are read by something other than kustomize. */
const readElsewhere = [
  /^clusters\/[^/]+\/(workloads|platform)\/[^/]+\.yaml$/, // the ApplicationSets' git generators
  /^workloads\/[^/]+\/promotion\.yaml$/, // tools/promote
  /^workloads\/[^/]+\/envs\/[^/]+\/hold\.yaml$/, // tools/promote; beside release/, so that no kustomization reads it
  /^(platform\/[^/]+|clusters\/local\/stand-ins)\/addon\.yaml$/, // the ApplicationSet `platform`
  /\.schema\.json$/, // the first line of the files that it describes
  /\.md$/,
]

export const orphansRule: Rule = {
  name: 'orphans',
  about: 'files among the manifests that nothing reads',
  check: ({ kustomizations, texts }: Context) => {
    const read = new Set(kustomizations.flatMap(({ graph }) => graph.files))
    return texts
      .map(({ path }) => path)
      .filter((path) => manifestTrees.some((tree) => path.startsWith(`${tree}/`)))
      .filter((path) => !read.has(path) && !readElsewhere.some((pattern) => pattern.test(path)))
      .map((path) => report(path, 'is read by no kustomization', 'list it in one, or remove it'))
  },
}
