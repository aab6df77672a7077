import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { applicationsOf } from './argo/applications.ts'
import { fileOf, ownRepositoryOf, renderSources } from './argo/sources.ts'
import { goTemplates } from './argo/templates.ts'
import { type Context, everyObject, type TextFile } from './context.ts'
import { CheckError } from './errors.ts'
import { type Finding, uniqueFindings } from './finding.ts'
import { findKustomize } from './kustomize.ts'
import { readPins } from './modules.ts'
import { inParallel } from './parallel.ts'
import { type RenderedObject, renderKustomization } from './render.ts'
import { filesBelow, findRoots, manifestTrees, readManifestFiles } from './repository.ts'
import { checkSchemas } from './rules/files/schema.ts'
import { rules } from './rules.ts'
import { loadSchemas } from './schemas/load.ts'
import { SchemaValidator } from './schemas/validator.ts'

/** What one run found, and what it looked at. */
export interface Report {
  findings: Finding[]
  /** Folders rendered. */
  kustomizations: string[]
  /** `apps/v1 Deployment` → how many were judged against its schema. */
  validated: Record<string, number>
  /** Names of the rules that ran. */
  rules: string[]
  milliseconds: number
}

type Say = (line: string) => void

/**
 * Renders and judges every manifest of the checkout at `root`.
 * @throws CheckError when something other than the manifests is wrong (no kustomize, no module, nothing to check).
 */
export async function runCheck(root: string, say: Say): Promise<Report> {
  const started = performance.now()
  const [context, validator] = await Promise.all([readContext(root, say), loadValidator(root, say)])
  say(`judging ${everyObject(context).length} objects by ${rules.length} rules and their schemas`)
  return { ...judge(context, validator), milliseconds: Math.round(performance.now() - started) }
}

/** Judges what was read; the same context gives the same report. */
export function judge(context: Context, validator: SchemaValidator): Omit<Report, 'milliseconds'> {
  const schema = checkSchemas([...everyObject(context), ...argoObjects(context)], validator)
  const findings = uniqueFindings([...rules.flatMap((rule) => rule.check(context)), ...schema.findings])
  return {
    findings: findings.sort(byPlace),
    kustomizations: context.kustomizations.map(({ path }) => path),
    validated: schema.validated,
    rules: ['schema', ...rules.map(({ name }) => name)],
  }
}

/** What Argo CD would make and fetch beyond the kustomizations in git. Upstream's own definitions are the schemas. */
function argoObjects({ argo, sources }: Context): RenderedObject[] {
  const applications = argo.applications.map(({ application, file }) => ({ manifest: application, file }))
  const fetched = sources.flatMap((source) =>
    source.objects.map((manifest) => ({ manifest, file: fileOf(source) })),
  )
  const unique = new Map(
    [...applications, ...fetched].map((rendered) => [JSON.stringify(rendered), rendered]),
  )
  return [...unique.values()].filter(({ manifest }) => manifest.kind !== 'CustomResourceDefinition')
}

/** The validator of the versions that this checkout pins. */
export async function loadValidator(root: string, say: Say): Promise<SchemaValidator> {
  return new SchemaValidator(await loadSchemas(await readPins(root), say))
}

/**
 * Reads and renders everything that rules judge.
 * @throws CheckError `nothing-to-check` when the manifest trees hold no kustomization.
 */
export async function readContext(root: string, say: Say): Promise<Context> {
  const files = readManifestFiles(root)
  const roots = findRoots(root, files)
  if (roots.length === 0)
    throw new CheckError(
      'nothing-to-check',
      `no kustomization below ${manifestTrees.join('/, ')}/ in ${root}`,
      'run it in a checkout of the repository',
    )
  const kustomize = await findKustomize(root, say)
  say(`rendering ${roots.length} kustomizations`)
  const kustomizations = await inParallel(roots, 2, (path) => renderKustomization(kustomize, root, path))
  const [pins, texts, render] = await Promise.all([readPins(root), readTexts(root), goTemplates(say)])
  const argo = await applicationsOf(kustomizations, files, render)
  say(`rendering what ${argo.applications.length} Applications take from elsewhere`)
  const ownRepository = ownRepositoryOf(argo.applications)
  const sources = await renderSources(argo.applications, { root, kustomize, pins, ownRepository })
  return { files, kustomizations, texts, pins, argo, sources }
}

/** The text files that git tracks or would track; every file of the manifest trees where there is no git. */
async function readTexts(root: string): Promise<TextFile[]> {
  const listed = await execa('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    reject: false,
  })
  const paths =
    listed.exitCode === 0
      ? listed.stdout.split('\0').filter(Boolean)
      : manifestTrees.flatMap((tree) => filesBelow(root, tree))
  return paths.filter((path) => !binary.test(path)).flatMap((path) => readText(root, path))
}

const binary = /\.(png|jpe?g|gif|ico|woff2?|gz|zip|sum|lock)$|(^|\/)pnpm-lock\.yaml$/

function readText(root: string, path: string): TextFile[] {
  try {
    if (lstatSync(join(root, path)).isSymbolicLink()) return []
    const text = readFileSync(join(root, path), 'utf8')
    return text.includes('\0') ? [] : [{ path, text }]
  } catch {
    // Listed by git but deleted in the working tree, or a link to nowhere.
    return []
  }
}

function byPlace(one: Finding, other: Finding): number {
  const key = ({ file, object, rule, message }: Finding) => `${file}\n${object}\n${rule}\n${message}`
  return key(one) < key(other) ? -1 : 1
}
