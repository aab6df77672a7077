import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type TestRegistry = {
  url: string
  /** Puts an image there and answers its digest. */
  add(repository: string, tag: string, labels: Record<string, string>): string
  /** Puts an index over the image there and answers the index's digest. */
  addIndex(repository: string, tag: string, labels: Record<string, string>): string
  /** Requests that were made, as `METHOD path`. */
  requests: string[]
  /** Answers of the next requests instead of the right ones. */
  faults: ({ status: number; body?: string } | 'drop')[]
  /** Changes what is stored under a digest, as a broken registry would. */
  corrupt(repository: string, digest: string): void
  close(): Promise<void>
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

/** A registry that speaks what is read of the OCI distribution API, over HTTP on a free port. */
export async function startTestRegistry(): Promise<TestRegistry> {
  const documents = new Map<string, { type: string; bytes: Buffer }>()
  const tags = new Map<string, string>()
  const requests: string[] = []
  const faults: TestRegistry['faults'] = []

  const store = (repository: string, kind: string, type: string, document: unknown) => {
    const bytes = Buffer.from(JSON.stringify(document))
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    documents.set(`${repository}/${kind}/${digest}`, { type, bytes })
    return { mediaType: type, digest, size: bytes.length }
  }
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const fault = faults.shift()
    if (fault === 'drop') return request.socket.destroy()
    if (fault !== undefined) return response.writeHead(fault.status).end(fault.body)
    const path = decodeURIComponent(request.url ?? '').slice('/v2/'.length)
    const found = documents.get(path) ?? documents.get(tags.get(path) ?? '')
    if (found === undefined) return response.writeHead(404).end('{}')
    const digest = `sha256:${createHash('sha256').update(found.bytes).digest('hex')}`
    response.writeHead(200, { 'content-type': found.type, 'docker-content-digest': digest })
    return response.end(request.method === 'HEAD' ? undefined : found.bytes)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })

  const image = (repository: string, labels: Record<string, string>) => {
    const config = store(repository, 'blobs', 'application/vnd.oci.image.config.v1+json', {
      config: { Labels: labels },
    })
    return store(repository, 'manifests', manifestType, { schemaVersion: 2, config, layers: [] })
  }
  const point = (repository: string, tag: string, digest: string) => {
    tags.set(`${repository}/manifests/${tag}`, `${repository}/manifests/${digest}`)
    return digest
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    faults,
    add: (repository, tag, labels) => point(repository, tag, image(repository, labels).digest),
    addIndex: (repository, tag, labels) => {
      const manifest = { ...image(repository, labels), platform: { os: 'linux', architecture: 'amd64' } }
      const attestation = { ...manifest, platform: { os: 'unknown', architecture: 'unknown' } }
      const index = { schemaVersion: 2, manifests: [attestation, manifest] }
      return point(repository, tag, store(repository, 'manifests', indexType, index).digest)
    },
    corrupt: (repository, digest) => {
      documents.set(`${repository}/manifests/${digest}`, { type: manifestType, bytes: Buffer.from('{}') })
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
