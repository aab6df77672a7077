import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { writeHold } from './hold.ts'
import { holdFilePath } from './layout.ts'
import { jsonSchema, schemaFiles } from './write-schema.ts'

test.each(schemaFiles.map(({ file, schema }) => [basename(file.pathname), file, schema] as const))(
  '%s is the schema that this code means (pnpm run schema writes it)',
  async (_, file, schema) => {
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(jsonSchema(schema)))
  },
)

test('a hold file names its schema where it stands', () => {
  const repository = new URL('../../../../', import.meta.url)
  const reference = /^# yaml-language-server: \$schema=(\S+)\n/.exec(writeHold({ reason: 'Sale' }))?.[1] ?? ''
  const found = new URL(reference, new URL(holdFilePath('appname', 'prod'), repository))
  expect(schemaFiles.map(({ file }) => file.href)).toContain(found.href)
})
