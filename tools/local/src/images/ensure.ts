import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cache } from '../paths.ts'
import { pushImage } from './buildah.ts'
import { type CatalogImage, catalog } from './catalog.ts'
import { storedDigest, withRegistry } from './registry.ts'

/** What was last built for a reference. */
interface Built {
  readonly key: string
  readonly digest: string
}

function recordFile(reference: string): string {
  return join(cache, 'images', `${reference.replaceAll(/[^\w.-]/g, '_')}.json`)
}

/** Whether the registry holds what the image's present sources give. */
async function current(image: CatalogImage, key: string): Promise<boolean> {
  try {
    const built = JSON.parse(await readFile(recordFile(image.reference), 'utf8')) as Built
    return built.key === key && built.digest === (await storedDigest(image.reference))
  } catch {
    return false
  }
}

/** Builds and pushes the images of the platform whose sources changed or that the registry lost. */
export async function ensureImages(say: (line: string) => void): Promise<void> {
  await mkdir(join(cache, 'images'), { recursive: true })
  const images = await Promise.all(
    (await catalog()).map(async (image) => ({ image, key: await image.key() })),
  )
  const missing: typeof images = []
  for (const entry of images) if (!(await current(entry.image, entry.key))) missing.push(entry)
  if (missing.length === 0) return
  await withRegistry(async (port) => {
    for (const { image, key } of missing) {
      const started = Date.now()
      say(`building image ${image.reference}`)
      const digest = await pushImage(await image.build(say), image.reference, port)
      await writeFile(recordFile(image.reference), JSON.stringify({ key, digest } satisfies Built))
      say(`built image ${image.reference} in ${Math.round((Date.now() - started) / 1000)} s`)
    }
  })
}
