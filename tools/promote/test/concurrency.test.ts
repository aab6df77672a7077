import { expect, test } from 'vitest'
import { bump } from '../src/commands/bump.ts'
import { readRelease } from '../src/core/release.ts'
import type { GitHost } from '../src/ports/git-host.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { built, testContext } from './context.ts'
import { releaseText } from './release-text.ts'

/** Every answer takes a moment, another each time, so that writers overlap. */
function slow(host: MemoryGitHost): GitHost {
  return new Proxy(host, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function' || name === 'commitUrl') return value
      return async (...args: unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
        const answer = await value.apply(target, args)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
        return answer
      }
    },
  })
}

const path = (name: string) => `workloads/appname/envs/${name}/release/release.yaml`

test('writers of different environments all get through, in any order', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `env-${index}`)
  const host = new MemoryGitHost({
    'workloads/appname/promotion.yaml': `environments:\n${names.map((name) => `  ${name}: {follows: main}\n`).join('')}path: []\n`,
    ...Object.fromEntries(names.map((name) => [path(name), releaseText()])),
  })
  const registry = new MemoryRegistry()
  const options = built(registry, host.push('main', 'Build', {}), '1', '2')
  const results = await Promise.all(
    names.map((name) => bump(testContext(slow(host), { registry }), { ...options, environments: [name] })),
  )
  expect(results.map(({ outcome }) => outcome)).toEqual(names.map(() => 'done'))
  const files = host.commits.get(host.branches.get('main') ?? '')?.files
  for (const name of names)
    expect(files?.get(path(name))).toBe(releaseText(options.images[0]?.slice(-112, -72), '1', '2'))
})

test('of many builds that are written at once the newest wins, and each writer is told what became of its own', async () => {
  for (let round = 0; round < 10; round += 1) {
    const host = new MemoryGitHost({
      'workloads/appname/promotion.yaml': 'environments: {stage: {follows: main}}\npath: []\n',
      [path('stage')]: releaseText(),
    })
    const registry = new MemoryRegistry()
    const commits = Array.from({ length: 8 }, (_, index) => host.push('main', `Build ${index}`, {}))
    const results = await Promise.all(
      commits.map((commit, index) =>
        bump(testContext(slow(host), { registry }), built(registry, commit, String(index), String(index))),
      ),
    )
    const text = host.commits.get(host.branches.get('main') ?? '')?.files.get(path('stage')) ?? ''
    expect(readRelease(text, path('stage')).commit).toBe(commits.at(-1))
    expect(results.at(-1)?.outcome).toBe('done')
    for (const { outcome, summary } of results)
      expect(outcome === 'done' || summary.startsWith('superseded: ')).toBe(true)
    const written = [...host.commits.values()].filter(({ subject }) => subject.startsWith('Release')).length
    expect(written).toBe(results.filter(({ outcome }) => outcome === 'done').length)
  }
})
