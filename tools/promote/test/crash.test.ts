import { describe, expect, test } from 'vitest'
import { bump } from '../src/commands/bump.ts'
import { hold, releaseHold } from '../src/commands/hold.ts'
import { promote } from '../src/commands/promote.ts'
import { rollback } from '../src/commands/rollback.ts'
import type { GitHost } from '../src/ports/git-host.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { built, testContext } from './context.ts'
import { repositoryFiles } from './release-text.ts'

class Killed extends Error {}

/** A git host that is killed at one call: before it is carried out, or after, so that nobody hears the answer. */
function killedAt(
  host: MemoryGitHost,
  at: number,
  when: 'before' | 'after',
): { host: GitHost; calls: () => number } {
  let calls = 0
  const proxy = new Proxy(host, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (name === 'commitUrl') return value.apply(target, args)
        calls += 1
        if (calls === at && when === 'before') return Promise.reject(new Killed())
        const answer = value.apply(target, args)
        return calls === at ? Promise.resolve(answer).then(() => Promise.reject(new Killed())) : answer
      }
    },
  })
  return { host: proxy, calls: () => calls }
}

/** Everything that the repository's users can see, without ids that depend on how often it was written. */
function visible(host: MemoryGitHost) {
  const files = (branch: string) =>
    Object.fromEntries(host.commits.get(host.branches.get(branch) ?? '')?.files ?? [])
  const ahead = (branch: string) => {
    const subjects: string[] = []
    for (let at = host.branches.get(branch); at !== undefined; at = host.commits.get(at)?.parent ?? undefined)
      subjects.push(host.commits.get(at)?.subject ?? '')
    return subjects
  }
  const branches = [...host.branches.keys()].toSorted()
  return {
    branches: branches.map((name) => ({ name, files: files(name), subjects: ahead(name) })),
    pullRequests: host.pullRequests.map(({ number, title, body, state }) => ({
      number,
      title,
      state,
      body: body.replaceAll(/[0-9a-f]{40}/g, '…'),
    })),
  }
}

type Scene = { host: MemoryGitHost; run: (host: GitHost) => Promise<unknown> }

function bumpScene(): Scene {
  const host = new MemoryGitHost(repositoryFiles())
  const registry = new MemoryRegistry()
  const options = built(registry, host.push('main', 'Serve events', {}), '1', '2')
  return { host, run: (given) => bump(testContext(given, { registry }), options) }
}

async function promoteScene(): Promise<Scene> {
  const host = new MemoryGitHost(repositoryFiles())
  const registry = new MemoryRegistry()
  const first = built(registry, host.push('main', 'Serve events', {}), '1', '2')
  await bump(testContext(host, { registry }), { ...first, bootstrap: ['prod'] })
  const second = host.push('main', 'Book', {
    'apps/api/prisma/migrations/1_book/migration.sql': '-- migration: expand\n',
  })
  await bump(testContext(host, { registry }), built(registry, second, '3', '4'))
  return { host, run: (given) => promote(testContext(given, { registry }), 'stage', 'prod') }
}

/** The same, when its pull request is open already and stage has moved on. */
async function updateScene(): Promise<Scene> {
  const scene = await promoteScene()
  await scene.run(scene.host)
  const registry = new MemoryRegistry()
  const third = built(registry, scene.host.push('main', 'Fix booking', {}), '5', '6')
  await bump(testContext(scene.host, { registry }), third)
  return { host: scene.host, run: (given) => promote(testContext(given, { registry }), 'stage', 'prod') }
}

async function holdScene(): Promise<Scene> {
  const { host } = await promoteScene()
  const options = { environment: 'prod', reason: 'Sale' }
  return { host, run: (given) => hold(testContext(given), options) }
}

async function releaseHoldScene(): Promise<Scene> {
  const { host, run } = await holdScene()
  await run(host)
  return { host, run: (given) => releaseHold(testContext(given), 'prod') }
}

async function rollbackScene(): Promise<Scene> {
  const { host, run } = await promoteScene()
  await run(host)
  host.merge(1)
  const registry = new MemoryRegistry()
  const [first] = [...host.commits.values()].filter(({ subject }) => subject === 'Serve events')
  built(registry, first?.sha ?? '', '1', '2')
  const options = { environment: 'prod', to: undefined }
  return { host, run: (given) => rollback(testContext(given, { registry }), options) }
}

describe.each<[string, () => Scene | Promise<Scene>, number]>([
  ['bump', bumpScene, 3],
  ['promote, the first time', promoteScene, 10],
  ['promote, with its pull request open', updateScene, 10],
  ['rollback', rollbackScene, 12],
  ['hold', holdScene, 4],
  ['release-hold', releaseHoldScene, 2],
])('%s', (_, make, mostCalls) => {
  test('killed at any call, before or after it, a rerun ends where an undisturbed run ends', async () => {
    const clean = await make()
    const counted = killedAt(clean.host, 0, 'before')
    await clean.run(counted.host)
    const wanted = visible(clean.host)
    expect(counted.calls()).toBeGreaterThan(1)
    expect(counted.calls()).toBeLessThanOrEqual(mostCalls)
    for (let at = 1; at <= counted.calls(); at += 1)
      for (const when of ['before', 'after'] as const) {
        const scene = await make()
        await expect(scene.run(killedAt(scene.host, at, when).host)).rejects.toThrow(Killed)
        await scene.run(scene.host)
        expect(visible(scene.host)).toEqual(wanted)
      }
  })
})
