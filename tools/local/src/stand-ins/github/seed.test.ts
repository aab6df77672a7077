import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { git } from './git/run.ts'
import { createRepository } from './repository.ts'
import { seedFromCheckout, seedFromDirectory } from './seed.ts'
import { commitFiles, gitCli, OWNER, REPO } from './testing/harness.ts'

let folder: string
let checkout: string
let dataDir: string
const gitDir = () => join(dataDir, OWNER, `${REPO}.git`)
const seed = (more: { force?: boolean } = {}) =>
  seedFromCheckout({ dataDir, owner: OWNER, name: REPO, checkout, ...more })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'github-seed-'))
  checkout = join(folder, 'checkout')
  dataDir = join(folder, 'data')
  await gitCli(folder, 'init', '--quiet', '--initial-branch=work', checkout)
  await commitFiles(checkout, { '.gitignore': 'ignored/\n', 'a.txt': 'one\n', 'gone.txt': 'x\n' }, 'First')
  await commitFiles(checkout, { 'a.txt': 'two\n' }, 'Second')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Everything that git shows of a checkout; equal before and after means untouched. */
async function snapshot(): Promise<string[]> {
  return [
    await gitCli(checkout, 'status', '--porcelain=v2'),
    await gitCli(checkout, 'rev-parse', 'HEAD'),
    await gitCli(checkout, 'for-each-ref'),
    await gitCli(checkout, 'ls-files', '--stage'),
    await gitCli(checkout, 'count-objects', '-v'),
  ]
}

async function makeWork(): Promise<void> {
  await writeFile(join(checkout, 'a.txt'), 'modified\n')
  await writeFile(join(checkout, 'staged.txt'), 'staged\n')
  await gitCli(checkout, 'add', 'staged.txt')
  await writeFile(join(checkout, 'untracked.txt'), 'untracked\n')
  await mkdir(join(checkout, 'ignored'))
  await writeFile(join(checkout, 'ignored', 'x'), 'x')
  await rm(join(checkout, 'gone.txt'))
}

test('a clean checkout is copied as it is, history and all, to branch main', async () => {
  const head = await gitCli(checkout, 'rev-parse', 'HEAD')
  expect(await seed()).toEqual({ oid: head, changed: true })
  expect(await git(gitDir(), ['rev-list', '--count', 'main'])).toBe('2')
})

test('uncommitted work is one commit on top, and the checkout stays as it was', async () => {
  await makeWork()
  const before = await snapshot()
  const { oid } = await seed()
  expect(await snapshot()).toEqual(before)
  expect(await git(gitDir(), ['rev-parse', `${oid}^`])).toBe(await gitCli(checkout, 'rev-parse', 'HEAD'))
  const files = await git(gitDir(), ['ls-tree', '-r', '--name-only', 'main'])
  expect(files.split('\n')).toEqual(['.gitignore', 'a.txt', 'staged.txt', 'untracked.txt'])
  expect(await git(gitDir(), ['show', 'main:a.txt'])).toBe('modified')
  // Nothing is borrowed from the checkout: the copy is whole without it.
  await rm(checkout, { recursive: true })
  await git(gitDir(), ['fsck', '--full', '--strict', '--connectivity-only'])
  expect(await git(gitDir(), ['show', 'main:staged.txt'])).toBe('staged')
})

test('seeding the same again changes nothing; changed work moves a branch that nobody else moved', async () => {
  await makeWork()
  const first = await seed()
  expect(await seed()).toEqual({ oid: first.oid, changed: false })
  await writeFile(join(checkout, 'untracked.txt'), 'more\n')
  const second = await seed()
  expect(second.changed).toBe(true)
  expect(await git(gitDir(), ['show', 'main:untracked.txt'])).toBe('more')
})

test('what others have committed since stays, unless it is forced away', async () => {
  const first = await seed()
  const clone = join(folder, 'clone')
  await gitCli(folder, 'clone', '--quiet', gitDir(), clone)
  const theirs = await commitFiles(clone, { 'a.txt': 'theirs\n' }, 'Theirs')
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  await makeWork()
  expect(await seed()).toEqual({ oid: theirs, changed: false })
  const forced = await seed({ force: true })
  expect(forced).toEqual({ oid: expect.not.stringContaining(first.oid), changed: true })
  expect(await git(gitDir(), ['show', 'main:a.txt'])).toBe('modified')
})

test('a shallow clone, as CI makes it, can be the checkout', async () => {
  const shallow = join(folder, 'shallow')
  await gitCli(folder, 'clone', '--quiet', '--depth=1', `file://${checkout}`, shallow)
  await writeFile(join(shallow, 'new.txt'), 'new\n')
  await seedFromCheckout({ dataDir, owner: OWNER, name: REPO, checkout: shallow })
  expect(await git(gitDir(), ['show', 'main:new.txt'])).toBe('new')
})

test('a mirror of the same files has the same commit everywhere, and its tag', async () => {
  const directory = join(folder, 'upstream')
  await mkdir(join(directory, 'manifests'), { recursive: true })
  await writeFile(join(directory, '.gitignore'), 'manifests/\n')
  await writeFile(join(directory, 'manifests', 'install.yaml'), 'kind: List\n', { mode: 0o444 })
  const mirror = (data: string) =>
    seedFromDirectory({ dataDir: data, owner: 'argoproj', name: 'argo-cd', directory, tag: 'v3.6.1' })
  const one = await mirror(dataDir)
  const other = await mirror(join(folder, 'other'))
  expect(other).toEqual(one)
  expect(await mirror(dataDir)).toEqual({ oid: one.oid, changed: false })
  const upstream = join(dataDir, 'argoproj', 'argo-cd.git')
  expect(await git(upstream, ['ls-tree', '-r', '--name-only', 'v3.6.1'])).toBe(
    '.gitignore\nmanifests/install.yaml',
  )
})

test('names that could leave the data directory are refused', async () => {
  for (const name of ['..', 'a/b', '', '-x']) {
    await expect(createRepository({ dataDir, owner: OWNER, name })).rejects.toThrow('cannot be a repository')
  }
})
