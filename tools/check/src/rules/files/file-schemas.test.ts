import { expect, test } from 'vitest'
import { contextOf, refusals, yamlFile } from '../../testing/example.ts'
import { fileSchemasRule } from './file-schemas.ts'

const schema = {
  type: 'object',
  properties: { addon: { type: 'string' } },
  required: ['addon'],
  additionalProperties: false,
}
const texts = [{ path: 'clusters/addon.schema.json', text: JSON.stringify(schema) }]
const found = (text: string) => {
  const files = [
    yamlFile(
      'clusters/local/platform/a.yaml',
      `# yaml-language-server: $schema=../../addon.schema.json\n${text}`,
    ),
  ]
  return refusals(fileSchemasRule, contextOf(undefined, { files, texts }))
}

test('a file that its schema accepts is accepted', () => {
  expect(found('addon: a\n')).toEqual([])
})

test('a field that its schema does not know is refused', () => {
  expect(found('addon: a\nadon: b\n')).toEqual([
    'clusters/local/platform/a.yaml: the file must NOT have additional properties (adon)',
  ])
})

test('a schema that is not there is refused', () => {
  const files = [yamlFile('clusters/a.yaml', '# yaml-language-server: $schema=gone.json\na: 1\n')]
  expect(refusals(fileSchemasRule, contextOf(undefined, { files }))).toEqual([
    'clusters/a.yaml: names the schema gone.json, which is not there',
  ])
})
