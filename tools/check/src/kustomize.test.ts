import { expect, test } from 'vitest'
import { oneLine } from './kustomize.ts'

test("kustomize's nested reasons become one line that begins with what is wrong", () => {
  const stderr = `Error: accumulating resources: accumulation err='accumulating resources from '../../base': '/x/repo/base' must resolve to a file': recursed accumulation of path '/x/repo/base': accumulating resources: accumulation err='accumulating resources from 'a.yaml': evalsymlink failure on '/x/repo/base/a.yaml' : lstat /x/repo/base/a.yaml: no such file or directory'`
  const line = oneLine(stderr, '/x/repo')
  expect(line).toContain("evalsymlink failure on 'base/a.yaml'")
  expect(line).not.toContain('/x/repo')
  expect(line.length).toBeLessThanOrEqual(400)
})

test('a plain reason stays as it is', () => {
  expect(
    oneLine(
      'Error: no matches for Id ConfigMap.v1.[noGrp]/a.[noNs]; failed to find unique target for patch\n',
      '/x',
    ),
  ).toBe('no matches for Id ConfigMap.v1.[noGrp]/a.[noNs]; failed to find unique target for patch')
})
