import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { gitDir } from '../cluster/repository.ts'
import { facts } from '../facts.ts'
import { cache } from '../paths.ts'
import { debianImage, nodeImage } from './base.ts'
import { buildImage, pushImage } from './buildah.ts'
import { storedDigest, withRegistry } from './registry.ts'

const components = ['api', 'web'] as const
export type BuiltComponent = (typeof components)[number]

/** Image references with digests, by component. */
export type BuiltImages = Readonly<Record<BuiltComponent, string>>

/** Writes the files of a commit below `target`. */
async function exportCommit(commit: string, target: string): Promise<void> {
  const archive = `${target}.tar`
  await execa('git', ['--git-dir', gitDir, 'archive', '--format=tar', `--output=${archive}`, commit])
  try {
    await execa('tar', ['-x', '-f', archive, '-C', target])
  } finally {
    await rm(archive, { force: true })
  }
}

async function buildComponent(
  component: BuiltComponent,
  commit: string,
  context: string,
  bases: readonly [string, string],
) {
  return buildImage({
    name: `appname-${component}`,
    dockerfile: join(context, 'docker', `Dockerfile.${component}`),
    context,
    target: 'production',
    args: { NODE_IMAGE: bases[0], RUNTIME_IMAGE: bases[1], SOURCE_COMMIT: commit },
  })
}

/**
 * Builds the product's images from a commit of the local GitHub's repository, as the build workflow does from a push,
 * and pushes them under production's names. A commit that was built before is not built again.
 */
export async function buildProduct(commit: string, say: (line: string) => void): Promise<BuiltImages> {
  const reference = (component: BuiltComponent) => `${facts.registry}/appname-${component}:sha-${commit}`
  const digests: Partial<Record<BuiltComponent, string>> = {}
  for (const component of components) {
    const digest = await storedDigest(reference(component))
    if (digest) digests[component] = digest
  }
  const missing = components.filter((component) => !digests[component])
  if (missing.length > 0) {
    const context = await mkdtemp(join(tmpdir(), 'product-'))
    try {
      await exportCommit(commit, context)
      const bases = [await nodeImage(say), await debianImage(say)] as const
      await mkdir(join(cache, 'logs'), { recursive: true })
      await withRegistry(async (port) => {
        for (const component of missing) {
          const started = Date.now()
          say(`building appname-${component} of ${commit.slice(0, 12)}`)
          const id = await buildComponent(component, commit, context, bases)
          digests[component] = await pushImage(id, reference(component), port)
          say(`built appname-${component} in ${Math.round((Date.now() - started) / 1000)} s`)
        }
      })
    } finally {
      await rm(context, { recursive: true, force: true })
    }
  }
  const complete = (component: BuiltComponent) => `${reference(component)}@${digests[component]}`
  return { api: complete('api'), web: complete('web') }
}
