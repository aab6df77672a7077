import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { PromoteError } from '../errors.ts'
import type { ImageFacts, Registry } from './registry.ts'

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const descriptor = z.object({
  digest: z.string(),
  platform: z.object({ os: z.string() }).optional(),
})
const manifestSchema = z.object({ manifests: z.array(descriptor).optional(), config: descriptor.optional() })
const configSchema = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
})
const revisionLabel = 'org.opencontainers.image.revision'
const largestDocument = 4 * 1024 * 1024

export type RegistryOptions = {
  /** Asked instead of `https://<registry host>`, for example a mirror on this machine. */
  endpoint?: string | undefined
  /** Password of the user `AWS`, as `aws ecr get-login-password` prints it; else docker's configuration is read. */
  token?: string | undefined
  timeout?: number
}

/** Any registry that speaks the OCI distribution API; reads manifests and the image's labels. */
export class OciRegistry implements Registry {
  private readonly options: RegistryOptions

  constructor(options: RegistryOptions) {
    this.options = options
  }

  async describe(repository: string, digest: string): Promise<ImageFacts | null> {
    const manifest = await this.document(repository, 'manifests', digest, manifestSchema)
    if (manifest === null) return null
    const config = await this.configOf(repository, manifest)
    return { digest, commit: config?.config?.Labels?.[revisionLabel] }
  }

  async resolve(repository: string, tag: string): Promise<string | null> {
    const response = await this.request(repository, `manifests/${tag}`, 'HEAD')
    if (response === null) return null
    const digest = response.headers.get('docker-content-digest')
    if (digest === null) throw this.broken(repository, 'the answer names no digest')
    return digest
  }

  private async configOf(repository: string, manifest: z.output<typeof manifestSchema>) {
    let found = manifest
    const platform = manifest.manifests?.find((one) => one.platform?.os !== 'unknown')
    if (platform !== undefined)
      found = (await this.document(repository, 'manifests', platform.digest, manifestSchema)) ?? manifest
    if (found.config === undefined) return null
    return this.document(repository, 'blobs', found.config.digest, configSchema)
  }

  /** A JSON document by digest, its bytes checked against that digest. */
  private async document<T>(
    repository: string,
    kind: 'manifests' | 'blobs',
    digest: string,
    schema: z.ZodType<T>,
  ): Promise<T | null> {
    const response = await this.request(repository, `${kind}/${digest}`, 'GET')
    if (response === null) return null
    const bytes = Buffer.from(await this.body(repository, response))
    const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (bytes.length > largestDocument || actual !== digest)
      throw this.broken(repository, `what it holds as ${digest} has the digest ${actual}`)
    try {
      return schema.parse(JSON.parse(bytes.toString('utf8')))
    } catch (error) {
      throw this.broken(repository, `${digest} is not an image (${(error as Error).name})`)
    }
  }

  private async body(repository: string, response: Response): Promise<ArrayBuffer> {
    try {
      return await response.arrayBuffer()
    } catch (error) {
      throw this.unreachable(repository, error)
    }
  }

  private async request(repository: string, path: string, method: string): Promise<Response | null> {
    const slash = repository.indexOf('/')
    const host = repository.slice(0, slash)
    const base = this.options.endpoint?.replace(/\/$/, '') ?? `https://${host}`
    const headers: Record<string, string> = { accept: [...manifestTypes, ...indexTypes].join(', ') }
    const basic = this.options.endpoint === undefined ? await this.credentials(host) : undefined
    if (basic !== undefined) headers.authorization = `Basic ${basic}`
    const url = `${base}/v2/${repository.slice(slash + 1)}/${path}`
    const response = await this.fetchPatiently(repository, url, method, headers)
    if (response.ok) return response
    await response.body?.cancel()
    if (response.status === 404) return null
    throw this.refusedBy(repository, response.status)
  }

  /** Reads are safe to repeat: three attempts, when there is no answer or a server error. */
  private async fetchPatiently(
    repository: string,
    url: string,
    method: string,
    headers: Record<string, string>,
  ) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const signal = AbortSignal.timeout(this.options.timeout ?? 20_000)
        const response = await fetch(url, { method, headers, signal })
        if (attempt === 3 || (response.status < 500 && response.status !== 429)) return response
        await response.body?.cancel()
      } catch (error) {
        if (attempt === 3) throw this.unreachable(repository, error)
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt))
    }
  }

  private async credentials(host: string): Promise<string | undefined> {
    const { token } = this.options
    if (token !== undefined) return Buffer.from(`AWS:${token}`).toString('base64')
    const folder = process.env.DOCKER_CONFIG ?? join(homedir(), '.docker')
    try {
      const docker = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
      const auth: unknown = docker?.auths?.[host]?.auth
      return typeof auth === 'string' ? auth : undefined
    } catch {
      return undefined
    }
  }

  private refusedBy(repository: string, status: number): PromoteError {
    if (status === 401 || status === 403)
      return new PromoteError({
        code: 'registry-unauthorized',
        message: `registry of ${repository}: ${status}, not logged in or not allowed to read`,
        remedy: 'Log in with docker login, or set PROMOTE_REGISTRY_TOKEN to a fresh registry password.',
      })
    return this.broken(repository, `answered ${status}`)
  }

  private unreachable(repository: string, error: unknown): PromoteError {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message
    return this.broken(repository, `no answer (${cause})`)
  }

  private broken(repository: string, problem: string): PromoteError {
    return new PromoteError({
      code: 'registry-unavailable',
      message: `registry of ${repository}: ${problem}`,
      remedy: 'Run the command again; if it stays so, look at the registry. Nothing was written.',
    })
  }
}
