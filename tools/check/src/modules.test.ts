import { expect, test } from 'vitest'
import { readPins, requiredVersion } from './modules.ts'
import { folderWith, repositoryRoot } from './testing/folder.ts'

const module = 'k8s.io/kubernetes'

test.each([
  [`require ${module} v1.2.3\n`, 'v1.2.3'],
  [`require (\n\tk8s.io/api v9.9.9\n\t${module} v1.2.3 // why\n)\n`, 'v1.2.3'],
  [`replace ${module} v1.2.3 => ../x\n`, undefined],
  ['require k8s.io/kubernetes-other v1.2.3\n', undefined],
])('%j requires %s', (goMod, version) => {
  expect(requiredVersion(goMod, module)).toBe(version)
})

test('the repository pins every module that this tool reads', async () => {
  const pins = await readPins(repositoryRoot)
  expect(Object.entries(pins).filter(([, version]) => !/^v\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

test('a missing pin is refused with the file to mend', async () => {
  await expect(readPins(folderWith({}))).rejects.toMatchObject({
    code: 'no-pin',
    message: expect.stringContaining('tools/local/toolchain/'),
  })
})
