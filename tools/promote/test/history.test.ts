import { expect, test } from 'vitest'
import { bump } from '../src/commands/bump.ts'
import { history } from '../src/commands/history.ts'
import { promote } from '../src/commands/promote.ts'
import { renderResult } from '../src/output/human.ts'
import { resultSchema } from '../src/output/result.ts'
import { MemoryGitHost } from '../src/ports/git-host-memory.ts'
import { MemoryRegistry } from '../src/ports/registry-memory.ts'
import { built, testContext } from './context.ts'
import { releaseText, repositoryFiles } from './release-text.ts'

/** Prod was released, promoted into by pull request, and changed by hand. */
async function scene() {
  const host = new MemoryGitHost(repositoryFiles())
  const registry = new MemoryRegistry()
  const context = testContext(host, { registry })
  const first = host.push('main', 'Serve events', {})
  await bump(context, { ...built(registry, first, '1', '2'), bootstrap: ['prod'] })
  const second = host.push('main', 'Book', {})
  await bump(context, built(registry, second, '3', '4'))
  await promote(context, 'stage', 'prod')
  host.merge(1)
  host.push('main', 'Quick fix', {
    'workloads/appname/envs/prod/release/release.yaml': releaseText(second, '7', '4'),
  })
  return { context, first, second }
}

test('the history of prod names release, person, reason and pull request, and flags what went around the bot', async () => {
  const { context, first, second } = await scene()
  const result = await history(context, { environment: 'prod', limit: 20 })
  expect(resultSchema.parse(result)).toEqual(result)
  const [short, before] = [second.slice(0, 7), first.slice(0, 7)]
  const view = {
    paint: (_: string, text: string) => text,
    now: Date.parse('2026-01-01T01:30:00Z'),
    columns: 100,
  }
  expect(renderResult(result, view)).toBe(`prod
  release  when  who      pull request  why
  ${short}  1 h   someone  -             Quick fix  ! around the bot
  ${short}  1 h   someone  #1            Promote appname ${short} from stage to prod
  ${before}  1 h   someone  -             Release appname ${before} to dev and stage and prod
  -        1 h   someone  -             Start

✓ 4 changes in prod; 1 went around the bot
`)
})

test('without an environment it is the history of all of them, and a short list says that there is more', async () => {
  const { context } = await scene()
  const result = await history(context, { environment: undefined, limit: 1 })
  expect(result.details.environments.map(({ name, entries, more }) => [name, entries.length, more])).toEqual([
    ['dev', 1, true],
    ['stage', 1, true],
    ['prod', 1, true],
  ])
  expect(result.next[2]).toBe('older changes of prod: npm run promote -- history prod --limit 99')
})

test('an environment that promotion.yaml does not have is wrong use', async () => {
  const { context } = await scene()
  await expect(history(context, { environment: 'moon', limit: 1 })).rejects.toMatchObject({ exitCode: 2 })
  await expect(history(context, { environment: '../x', limit: 1 })).rejects.toMatchObject({ exitCode: 2 })
})
