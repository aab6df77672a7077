import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkout } from '../paths.ts'
import { applyChange, changes } from './changes.ts'

test.each(Object.values(changes))('$name applies to the product as it is', async (change) => {
  const root = await mkdtemp(join(tmpdir(), 'change-'))
  try {
    await cp(join(checkout, 'apps/api/src/app.ts'), join(root, 'apps/api/src/app.ts'))
    await applyChange(root, change)
    for (const edit of change.edits) {
      const added = 'content' in edit ? edit.content : edit.insert
      expect(await readFile(join(root, edit.file), 'utf8')).toContain(added)
    }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

test('an edit whose place is gone names the file', async () => {
  const edit = { file: 'apps/api/src/app.ts', before: 'no such line', insert: '' }
  await expect(applyChange(checkout, { name: 'lost', subject: '', edits: [edit] })).rejects.toThrow(
    'apps/api/src/app.ts has no line that starts with "no such line"',
  )
})
