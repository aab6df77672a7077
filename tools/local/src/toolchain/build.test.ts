import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The cache is chosen when the modules are loaded, so they are loaded after it was.
let home: string
let toolchain: typeof import('./build.ts')

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'toolchain-'))
  // Go would move its own cache along, and compile everything again.
  process.env.GOCACHE = (await execa('go', ['env', 'GOCACHE'])).stdout
  process.env.XDG_CACHE_HOME = home
  toolchain = await import('./build.ts')
})

afterAll(async () => {
  await rm(home, { recursive: true, force: true })
})

/** What `ensureToolchain` said of kustomize, the quickest program to build. */
async function ensure(): Promise<string[]> {
  const said: string[] = []
  await toolchain.ensureToolchain((line) => said.push(line), ['kustomize'])
  return said
}

test('builds a program once, then repairs a broken copy and says how long it took last time', {
  timeout: 300_000,
}, async () => {
  expect((await ensure())[0]).toMatch(/^building kustomize v\S+ \(for the first time; log: .+\)$/)
  expect(await ensure()).toEqual([])

  const binary = toolchain.binary('kustomize')
  const intact = await readFile(binary)
  await writeFile(binary, intact.subarray(0, intact.length - 1))
  expect((await ensure())[0]).toMatch(/^building kustomize v\S+ \(last time \d+ s; log: .+\)$/)
  expect((await execa(binary, ['version'])).stdout).toMatch(/^v\d+\.\d+\.\d+$/)
})

test('a program that nothing builds is an error that names it', () => {
  expect(() => toolchain.binary('kubeadm')).toThrow('the toolchain has no program kubeadm')
})
