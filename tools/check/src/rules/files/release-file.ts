import { type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { at, isObject, type JsonObject, list, object, objects, text } from '../../manifest.ts'

const report = reporter('release-file')
const place = /^workloads\/([^/]+)\/envs\/[^/]+\/release\/release\.yaml$/
const version = 'app.kubernetes.io/version'
const shapes = {
  newTag: /^sha-[0-9a-f]{40}$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  newName: /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9-]+$/,
}

export const releaseFileRule: Rule = {
  name: 'release-file',
  about: 'release.yaml files that hold anything else than what a promotion writes',
  check: ({ files, kustomizations }) => [
    ...files
      .filter(({ path }) => place.test(path))
      .flatMap(({ path, documents, problems }) => {
        if (problems.length > 0) return []
        const [document] = documents
        return documents.length === 1 && isObject(document)
          ? judge(path, document)
          : [report(path, 'is not one YAML document', 'restore its shape')]
      }),
    ...kustomizations
      .filter(({ role }) => role.kind === 'release')
      .filter(({ path, graph }) => !graph.files.includes(`${path}/release.yaml`))
      .map(({ path }) =>
        report(
          `${path}/kustomization.yaml`,
          'does not read release.yaml, so a promotion would change nothing',
          'make it a link to release.yaml',
        ),
      ),
  ],
}

function judge(path: string, document: JsonObject): Finding[] {
  const known = ['apiVersion', 'kind', 'resources', 'images', 'labels']
  const extra = Object.keys(document).filter((key) => !known.includes(key))
  return [
    ...extra.map((key) =>
      report(
        path,
        `has the field ${key}`,
        "move it into the environment's kustomization: a promotion edits this file alone",
      ),
    ),
    ...(document.kind === 'Component'
      ? []
      : [report(path, `is of kind ${text(document.kind)}`, 'set kind: Component')]),
    ...judgeImages(path, document),
    ...judgeLabels(path, document),
  ]
}

function judgeImages(path: string, document: JsonObject): Finding[] {
  const images = objects(document.images)
  if (images.length === 0) return [report(path, 'sets no image', 'add the images of the workload')]
  const workload = place.exec(path)?.[1]
  return images.flatMap((image) => {
    const name = text(image.name) ?? '?'
    const findings = Object.entries(shapes)
      .filter(([field, shape]) => !shape.test(text(image[field]) ?? ''))
      .map(([field, shape]) =>
        report(
          path,
          `image ${name}: ${field} is ${JSON.stringify(image[field] ?? null)}`,
          `write it as ${shape.source.slice(1, -1)}`,
        ),
      )
    const extra = Object.keys(image).filter((key) => key !== 'name' && !(key in shapes))
    findings.push(...extra.map((key) => report(path, `image ${name} has the field ${key}`, 'remove it')))
    if (!text(image.newName)?.endsWith(`/${name}`) || !name.startsWith(`${workload}-`))
      findings.push(report(path, `image ${name} becomes ${text(image.newName)}`, `keep the name: …/${name}`))
    return findings
  })
}

function judgeLabels(path: string, document: JsonObject): Finding[] {
  const remedy = `keep one entry: pairs {${version}: <commit>}, includeSelectors: false, includeTemplates: true`
  const [entry, ...more] = list(document.labels)
  const pairs = object(at(entry, 'pairs'))
  const commit = text(pairs[version])
  if (
    more.length > 0 ||
    Object.keys(pairs).length !== 1 ||
    commit === undefined ||
    !/^[0-9a-f]{40}$/.test(commit)
  )
    return [report(path, `does not set exactly the label ${version} to a full commit`, remedy)]
  if (at(entry, 'includeSelectors') !== false || at(entry, 'includeTemplates') !== true)
    return [report(path, 'sets the version label on selectors or not on templates', remedy)]
  const built = objects(document.images).map((image) => text(image.newTag))
  return built.includes(`sha-${commit}`)
    ? []
    : [
        report(
          path,
          `says version ${commit}, but no image was built from it`,
          'let "promote bump" write both',
        ),
      ]
}
