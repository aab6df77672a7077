import { dirname, join, normalize } from 'node:path'
import { type ClusterApplication, sourcesOf, titleOfApplication } from '../../argo/applications.ts'
import { type Context, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { annotationsOf } from '../../manifest.ts'

const report = reporter('generate-paths')
const annotation = 'argocd.argoproj.io/manifest-generate-paths'

export const generatePathsRule: Rule = {
  name: 'generate-paths',
  about:
    'Applications that a change of what they read does not refresh, or that list folders they do not read',
  check: (context) => context.argo.applications.flatMap((made) => judge(made, context)),
}

/**
 * The folders that the annotation stands for, from the repository's root. A relative entry counts from the source's
 * own path, an entry that begins with / from the repository's root.
 */
export function listedPaths(value: string, sourcePath: string): string[] {
  return value
    .split(';')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const path = entry.startsWith('/') ? entry.slice(1) : join(sourcePath, entry)
      return normalize(path).replace(/\/$/, '')
    })
}

function judge(made: ClusterApplication, { kustomizations }: Context): Finding[] {
  const own = kustomizations.filter(({ path }) =>
    sourcesOf(made.application).some((source) => source.path === path),
  )
  if (own.length === 0) return []
  const title = titleOfApplication(made)
  const value = annotationsOf(made.application)[annotation]
  if (value === undefined)
    return [report(made.file, `${title} is rendered at every commit`, `list what it reads in ${annotation}`)]
  const listed = own.flatMap(({ path }) => listedPaths(value, path))
  const read = [...new Set(own.flatMap(({ graph }) => graph.files))]
  const within = (file: string, folder: string) => file === folder || file.startsWith(`${folder}/`)
  const unlisted = new Set(
    read.filter((file) => !listed.some((folder) => within(file, folder))).map((file) => dirname(file)),
  )
  const unread = listed.filter((folder) => !read.some((file) => within(file, folder)))
  return [
    ...[...unlisted].map((folder) =>
      report(
        made.file,
        `${title} reads ${folder}, but a change of it starts no sync`,
        `add /${folder} to ${annotation}`,
      ),
    ),
    ...unread.map((folder) =>
      report(
        made.file,
        `${title} lists ${folder}, of which it reads nothing`,
        `remove it from ${annotation}`,
      ),
    ),
  ]
}
