import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { rules } from '../rules.ts'
import { contextOf } from './example.ts'

const folder = join(import.meta.dirname, '../rules')
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /(?<!\.test)\.ts$/.test(name),
)

test.each(rules.map((rule) => [rule.name, rule] as const))('%s accepts the example', (_name, rule) => {
  expect(rule.check(contextOf())).toEqual([])
})

test('every file in rules/ is a rule that runs, named after it, or the schema check', () => {
  const files = sources.map((name) => basename(name, '.ts')).sort()
  expect([...rules.map(({ name }) => name), 'schema'].sort()).toEqual(files)
})

test('every rule has a test beside it', () => {
  const without = sources.filter(
    (name) => !existsSync(join(folder, dirname(name), `${basename(name, '.ts')}.test.ts`)),
  )
  expect(without).toEqual([])
})
