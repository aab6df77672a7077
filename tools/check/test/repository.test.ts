import { beforeAll, expect, test } from 'vitest'
import { type Context, everyObject, workloadObjects } from '../src/context.ts'
import { at, isObject, list, type Manifest, object, titleOf } from '../src/manifest.ts'
import { containersOf, podTemplatesOf } from '../src/pods.ts'
import { type RenderedObject, renderEnvironment } from '../src/render.ts'
import { checkSchemas } from '../src/rules/files/schema.ts'
import { rules } from '../src/rules.ts'
import { judge, loadValidator, readContext } from '../src/run.ts'
import type { SchemaValidator } from '../src/schemas/validator.ts'
import { repositoryRoot } from '../src/testing/folder.ts'

let context: Context
let validator: SchemaValidator
beforeAll(async () => {
  ;[context, validator] = await Promise.all([
    readContext(repositoryRoot, () => {}),
    loadValidator(repositoryRoot, () => {}),
  ])
}, 600_000)

test('this repository is refused nothing, and everything was looked at', () => {
  const report = judge(context, validator)
  expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(report.rules.length).toBe(rules.length + 1)
  const kinds = [
    'argoproj.io/v1alpha1 Rollout',
    'apps/v1 Deployment (twin)',
    'batch/v1 Job (twin)',
    'argoproj.io/v1alpha1 Application',
    'argoproj.io/v1alpha1 ApplicationSet',
    'external-secrets.io/v1 ClusterSecretStore',
  ]
  expect(kinds.filter((kind) => !report.validated[kind])).toEqual([])
  const judged = Object.values(report.validated).reduce((sum, count) => sum + count, 0)
  expect(judged).toBeGreaterThan(200)
})

test('every environment has both halves, and stage and prod differ in no kind but what prod adds', () => {
  const kinds = (environment: string) =>
    new Set(
      context.kustomizations
        .filter(({ path }) => path.includes(`/envs/${environment}/`))
        .flatMap(({ objects }) =>
          objects.map(({ manifest }) =>
            titleOf(manifest)
              .replace(/-\w{10}$/, '')
              .replace(environment, '*'),
          ),
        ),
    )
  const inProduction = kinds('prod')
  expect([...kinds('stage')].filter((kind) => !inProduction.has(kind))).toEqual([])
})

test('a field that no kind has is refused wherever it stands', () => {
  const objects = sample(everyObject(context))
  const unrefused = objects.flatMap((rendered) =>
    places(rendered.manifest)
      .filter((path) => !isRefused(withUnknownField(rendered, path)))
      .map((path) => `${titleOf(rendered.manifest)} ${path.join('.')}`),
  )
  expect(objects.length).toBeGreaterThan(15)
  expect(unrefused).toEqual([])
})

test('a value of another type is refused in every spec', () => {
  const objects = sample(everyObject(context)).filter(
    ({ manifest }) => isObject(manifest.spec) && Object.keys(manifest.spec).length > 0,
  )
  const unrefused = objects.filter((rendered) => {
    const field = Object.keys(object(rendered.manifest.spec))[0] ?? ''
    const broken = structuredClone(rendered)
    object(broken.manifest.spec)[field] = isObject(at(rendered.manifest, 'spec', field))
      ? 'text'
      : { of: { another: 'type' } }
    return !isRefused(broken)
  })
  expect(unrefused.map(({ manifest }) => titleOf(manifest))).toEqual([])
})

test.each(['image', 'resources', 'securityContext'])(
  'a container of a workload that loses its %s is refused',
  (field) => {
    // Rules about text have nothing to do with it, and are slow.
    const objectsAlone = { ...context, texts: [], files: [] }
    const templates = workloadObjects(context).flatMap(({ manifest }) => podTemplatesOf(manifest))
    const containers = new Map(
      templates.flatMap(containersOf).map((container) => [String(container.name), container]),
    )
    expect(containers.size).toBeGreaterThan(5)
    const before = refused(objectsAlone)
    for (const container of containers.values()) {
      const kept = container[field]
      delete container[field]
      expect(refused(objectsAlone)).toBeGreaterThan(before)
      if (kept !== undefined) container[field] = kept
    }
    expect(refused(objectsAlone)).toBe(before)
  },
)

test('an environment renders the same objects for others as for the check', {
  timeout: 120_000,
}, async () => {
  const { namespace, release } = await renderEnvironment(repositoryRoot, 'appname', 'prod')
  const own = (part: string) =>
    context.kustomizations
      .find(({ path }) => path === `workloads/appname/envs/prod/${part}`)
      ?.objects.map(({ manifest }) => manifest)
  expect([namespace, release]).toEqual([own('namespace'), own('release')])
})

test('an environment that is not there is an error with a remedy', async () => {
  await expect(renderEnvironment(repositoryRoot, 'appname', 'gone')).rejects.toMatchObject({
    code: 'render-failed',
    remedy: expect.stringContaining('kustomize build'),
  })
})

/** One object of each kind: more would repeat the same schema. */
function sample(objects: RenderedObject[]): RenderedObject[] {
  return [
    ...new Map(
      objects.map((rendered) => [`${rendered.manifest.apiVersion} ${rendered.manifest.kind}`, rendered]),
    ).values(),
  ]
}

/** Places where a schema names every field: the object itself, its metadata, spec, Pods and containers. */
function places(manifest: Manifest): string[][] {
  const candidates = [
    [],
    ['metadata'],
    ['spec'],
    ['spec', 'template', 'spec'],
    ['spec', 'strategy'],
    ['spec', 'template', 'spec', 'containers', '0'],
  ]
  return candidates.filter((path) => isObject(valueAt(manifest, path)))
}

function valueAt(manifest: Manifest, path: string[]): unknown {
  return path.reduce<unknown>(
    (here, step) =>
      Array.isArray(here) ? list(here)[Number(step)] : isObject(here) ? here[step] : undefined,
    manifest,
  )
}

function withUnknownField(rendered: RenderedObject, path: string[]): RenderedObject {
  const copy = structuredClone(rendered)
  const place = valueAt(copy.manifest, path)
  if (isObject(place)) place.noKindHasThis = 'x'
  return copy
}

function isRefused(rendered: RenderedObject): boolean {
  return checkSchemas([rendered], validator).findings.length > 0
}

function refused(judged: Context): number {
  return rules.flatMap((rule) => rule.check(judged)).filter(({ severity }) => severity === 'error').length
}
