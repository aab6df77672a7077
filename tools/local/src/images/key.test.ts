import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contentKey } from './key.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'key-'))
  await mkdir(join(dir, 'folder'))
  await writeFile(join(dir, 'folder', 'file'), 'text')
})

afterEach(() => rm(dir, { recursive: true, force: true }))

test('the same files and values give the same key', () => {
  expect(contentKey([dir], ['v1'])).toBe(contentKey([dir], ['v1']))
})

test.each<[string, () => Promise<void>]>([
  ['the bytes of a file', () => writeFile(join(dir, 'folder', 'file'), 'other')],
  ['the name of a file', () => writeFile(join(dir, 'folder', 'second'), '')],
  ['an executable bit', () => chmod(join(dir, 'folder', 'file'), 0o755)],
])('%s changes the key', async (_, change) => {
  const before = contentKey([dir])
  await change()
  expect(contentKey([dir])).not.toBe(before)
})

test('a value changes the key', () => {
  expect(contentKey([dir], ['v1'])).not.toBe(contentKey([dir], ['v2']))
})
