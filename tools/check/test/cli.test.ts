import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { checkoutWith, folderWith } from '../src/testing/folder.ts'

const cli = join(import.meta.dirname, '../src/cli.ts')
const check = (...args: string[]) =>
  execa('node', ['--import', 'tsx', cli, ...args], {
    cwd: join(import.meta.dirname, '..'),
    reject: false,
    env: { NO_COLOR: '1' },
  })
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'

test.concurrent('--help explains rules and exit codes, and exits 0', async () => {
  const { exitCode, stdout } = await check('--help')
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/Rules: schema, yaml[\s\S]*Exit codes: 0/)])
})

test.concurrent('an unknown option is wrong use', async () => {
  const { exitCode, stderr } = await check('--jsno')
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("unknown option '--jsno'")])
})

test.concurrent('a folder without manifests is wrong use: a check that sees nothing must not pass', async () => {
  const { exitCode, stderr } = await check('--root', folderWith({}))
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^(no-pin|nothing-to-check): .+ → .+$/m)])
})

test('manifests that nothing refuses exit 0 and say what was judged', { timeout: 300_000 }, async () => {
  const root = checkoutWith({
    'platform/a/kustomization.yaml': 'resources: [a.yaml]\n',
    'platform/a/a.yaml': configMap,
  })
  const { exitCode, stdout } = await check('--root', root)
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(
      /rendered 1 kustomizations, judged 1 objects[\s\S]*1 {2}v1 ConfigMap\n\nok: nothing to refuse$/,
    ),
  ])
})

test('a refusal exits 1 and names file, object and remedy, for people and for programs', {
  timeout: 300_000,
}, async () => {
  const root = checkoutWith({
    'platform/a/kustomization.yaml': 'resources: [a.yaml]\n',
    'platform/a/a.yaml': `${configMap}dta: {}\n`,
  })
  const [human, json] = await Promise.all([check('--root', root), check('--root', root, '--json', '--quiet')])
  expect(human.exitCode).toBe(1)
  expect(human.stdout).toContain(
    'platform/a/a.yaml: ConfigMap/a: dta is not a field of this kind → correct or remove dta; the API server refuses it [schema]',
  )
  expect([json.exitCode, json.stderr]).toEqual([1, ''])
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    ok: false,
    findings: [
      {
        rule: 'schema',
        severity: 'error',
        file: 'platform/a/a.yaml',
        object: 'ConfigMap/a',
        message: 'dta is not a field of this kind',
      },
    ],
    validated: { 'v1 ConfigMap': 1 },
  })
})
