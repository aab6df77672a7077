import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Registry } from '../src/ports/registry.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { OciRegistry } from '../src/ports/registry-oci.ts'
import { startTestRegistry, type TestRegistry } from './registry.ts'
import { digest, registryHost } from './release-text.ts'

const repository = `${registryHost}/appname-api`
const commit = 'c'.repeat(40)
const labels = { 'org.opencontainers.image.revision': commit }

let server: TestRegistry
beforeAll(async () => {
  server = await startTestRegistry()
})
afterAll(() => server.close())
beforeEach(() => {
  server.faults.length = 0
})

type Subject = { registry: Registry; digest: string }

const subjects: [string, () => Subject][] = [
  [
    'in memory',
    () => {
      const registry = new MemoryRegistry().add(repository, 'v1', { digest: digest('1'), commit })
      return { registry, digest: digest('1') }
    },
  ],
  [
    'OCI, one image',
    () => ({
      registry: new OciRegistry({ endpoint: server.url }),
      digest: server.add('appname-api', 'v1', labels),
    }),
  ],
  [
    'OCI, an index',
    () => ({
      registry: new OciRegistry({ endpoint: server.url }),
      digest: server.addIndex('appname-api', 'v1', labels),
    }),
  ],
]

describe.each(subjects)('a registry: %s', (_, make) => {
  test('describes an image by digest, with the commit it was built from', async () => {
    const subject = make()
    expect(await subject.registry.describe(repository, subject.digest)).toEqual({
      digest: subject.digest,
      commit,
    })
  })

  test('has no image under another digest', async () => {
    expect(await make().registry.describe(repository, digest('f'))).toBeNull()
  })

  test('resolves a tag to a digest', async () => {
    const subject = make()
    expect(await subject.registry.resolve(repository, 'v1')).toBe(subject.digest)
    expect(await subject.registry.resolve(repository, 'v2')).toBeNull()
  })
})

describe('a registry over HTTP that misbehaves', () => {
  const registry = () => new OciRegistry({ endpoint: server.url, timeout: 5000 })
  const image = () => server.add('appname-api', 'v1', labels)

  test('content that does not have its digest is not believed', async () => {
    const sum = server.add('appname-api', 'bad', { ...labels, bad: 'yes' })
    server.corrupt('appname-api', sum)
    await expect(registry().describe(repository, sum)).rejects.toMatchObject({ code: 'registry-unavailable' })
  })

  test('a passing fault is waited out', async () => {
    const sum = image()
    server.faults.push({ status: 503 }, 'drop')
    expect(await registry().describe(repository, sum)).toEqual({ digest: sum, commit })
  })

  test.each([
    [{ status: 500 }, 'registry-unavailable', 3],
    [{ status: 401 }, 'registry-unauthorized', 1],
    [{ status: 403 }, 'registry-unauthorized', 1],
    [{ status: 200, body: '<html>' }, 'registry-unavailable', 1],
    ['drop' as const, 'registry-unavailable', 3],
  ])('%j is an error, not a missing image', async (fault, code, times) => {
    const sum = image()
    server.faults.push(...Array.from({ length: times }, () => fault))
    await expect(registry().describe(repository, sum)).rejects.toMatchObject({ code })
    expect(server.faults).toEqual([])
  })
})
