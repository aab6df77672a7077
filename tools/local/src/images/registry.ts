import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { runningCluster } from '../cluster/lifecycle.ts'
import { Failure } from '../failure.ts'
import { cache } from '../paths.ts'

/** Where the local registry keeps what is pushed to it. */
export const registryStorage = join(cache, 'registry')

/** The registry's configuration, listening at `address`. */
export function registryConfig(address: string): object {
  return {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: registryStorage }, delete: { enabled: false } },
    http: { addr: address, secret: 'only-one-replica-needs-none' },
  }
}

/** The digest that the registry's storage holds for a reference; undefined when it has none. */
export async function storedDigest(reference: string): Promise<string | undefined> {
  const [path, tag] = reference.slice(reference.indexOf('/') + 1).split(':')
  const repository = join(registryStorage, 'docker/registry/v2/repositories', path ?? '')
  const link = join(repository, '_manifests/tags', tag ?? 'latest', 'current/link')
  return readFile(link, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/v2/`).then(
    (response) => response.ok,
    () => false,
  )
}

/** Runs `use` with the port of a registry: the running cluster's, else one that lives as long as `use`. */
export async function withRegistry<T>(use: (port: number) => Promise<T>): Promise<T> {
  const cluster = await runningCluster()
  if (cluster && (await answers(cluster.ports.registry))) return use(cluster.ports.registry)
  await mkdir(registryStorage, { recursive: true })
  const dir = await mkdtemp(join(tmpdir(), 'registry-'))
  const port = await freePort()
  await writeFile(join(dir, 'config.yaml'), JSON.stringify(registryConfig(`127.0.0.1:${port}`)))
  const registry = execa('docker-registry', ['serve', join(dir, 'config.yaml')], { reject: false })
  try {
    for (let waited = 0; !(await answers(port)); waited += 100) {
      if (waited > 10_000) throw new Failure('the local registry did not start', 'run: docker-registry serve')
      await delay(100)
    }
    return await use(port)
  } finally {
    registry.kill()
    await registry
    await rm(dir, { recursive: true, force: true })
  }
}
