import type { Context } from '../src/context.ts'
import type { Cluster } from '../src/ports/cluster.ts'
import type { GitHost } from '../src/ports/git-host.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { digest, registryHost } from './release-text.ts'

/** A context over fakes: time passes only by sleeping, and what is narrated is kept. */
export function testContext(
  gitHost: GitHost,
  options: { registry?: MemoryRegistry; cluster?: Cluster; dryRun?: boolean } = {},
): Context & { narrated: string[] } {
  const narrated: string[] = []
  let time = Date.parse('2026-01-01T00:00:00Z')
  return {
    workload: 'appname',
    dryRun: options.dryRun ?? false,
    gitHost,
    registry: options.registry ?? new MemoryRegistry(),
    cluster: options.cluster ?? null,
    narrated,
    io: {
      narrate: (line) => narrated.push(line),
      asks: false,
      confirm: async () => false,
      picture: undefined,
    },
    clock: {
      now: () => time,
      sleep: async (milliseconds) => {
        time += milliseconds
      },
    },
  }
}

/** Registers both images of a build; the options of its bump. */
export function built(registry: MemoryRegistry, commit: string, api: string, web: string) {
  const images = (['api', 'web'] as const).map((name) => {
    const sum = digest(name === 'api' ? api : web)
    registry.add(`${registryHost}/appname-${name}`, `sha-${commit}`, { digest: sum, commit })
    return `${name}=${registryHost}/appname-${name}:sha-${commit}@${sum}`
  })
  return { images, sourceCommit: undefined, environments: [], bootstrap: [] as string[] }
}
