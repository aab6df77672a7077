import type { ImageFacts, Registry } from './registry.ts'

/** A registry in memory; for tests. */
export class MemoryRegistry implements Registry {
  private readonly images = new Map<string, ImageFacts>()
  private readonly tags = new Map<string, string>()

  add(repository: string, tag: string, facts: ImageFacts): this {
    this.images.set(`${repository}@${facts.digest}`, facts)
    this.tags.set(`${repository}:${tag}`, facts.digest)
    return this
  }

  async describe(repository: string, digest: string): Promise<ImageFacts | null> {
    return this.images.get(`${repository}@${digest}`) ?? null
  }

  async resolve(repository: string, tag: string): Promise<string | null> {
    return this.tags.get(`${repository}:${tag}`) ?? null
  }
}
