import { expect, test } from 'vitest'
import { contextOf, refusals, yamlFile } from '../../testing/example.ts'
import { yamlRule } from './yaml.ts'

const found = (text: string) =>
  refusals(yamlRule, contextOf(undefined, { files: [yamlFile('clusters/a.yaml', text)] }))

test('ordinary files are accepted, octal modes included', () => {
  expect(found('a: true\nb: "yes"\nmode: 0440\n---\nc: [1, 2]\n')).toEqual([])
})

test('a key that stands twice is refused', () => {
  expect(found('a: 1\nb: 2\na: 3\n')).toEqual([
    'clusters/a.yaml: line 3: Map keys must be unique at line 3, column 1:',
  ])
})

test('a syntax error is refused', () => {
  expect(found('a: [1\nb: 2\n')[0]).toMatch(/^clusters\/a\.yaml: line 2: /)
})

test('a word that is a boolean to some parsers is refused', () => {
  expect(found('a: yes\n')).toEqual([
    'clusters/a.yaml: line 1: plain "yes" means different things to YAML 1.1 and 1.2',
  ])
})
