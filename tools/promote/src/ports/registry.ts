/** What the registry knows of one image. `commit` is the label org.opencontainers.image.revision, when the image has it. */
export type ImageFacts = { digest: string; commit: string | undefined }

/** The image registry, asked and never written. Methods throw PromoteError with a code that starts with `registry-`. */
export interface Registry {
  /** The image with this digest; null when the registry has none. The content is checked against the digest. */
  describe(repository: string, digest: string): Promise<ImageFacts | null>
  /** The digest that a tag points at now; null when there is no such tag. */
  resolve(repository: string, tag: string): Promise<string | null>
}
