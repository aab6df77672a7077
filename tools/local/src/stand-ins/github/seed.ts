import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { compareAndSetRef, readRef, resolve, ZERO_OID } from './git/refs.ts'
import { git, gitEnvironment } from './git/run.ts'
import { withTemporaryIndex, writeCommit } from './git/write.ts'
import { createRepository, type NewRepository } from './repository.ts'

export interface Seeded {
  /** The commit that the branch (or tag) now names. */
  readonly oid: string
  /** False when the repository already held exactly this. */
  readonly changed: boolean
}

/** A checkout made by CI is often shallow: then the copy is too. */
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--update-shallow']

/** Runs git on somebody's checkout with their own configuration, but no inherited GIT_* variable. */
async function gitInCheckout(
  checkout: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const clean = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'))
  const { stdout } = await execa('git', ['-C', checkout, ...args], {
    env: { ...Object.fromEntries(clean), ...env },
    extendEnv: false,
  })
  return stdout
}

/**
 * The tree of the checkout's files: tracked and untracked, not ignored. It starts from HEAD rather than from the
 * checkout's index and sees only `gitDir`'s objects, so that everything it holds is written there.
 */
async function treeOfCheckout(checkout: string, gitDir: string): Promise<string> {
  return withTemporaryIndex(async (index) => {
    const env = { ...index, GIT_OBJECT_DIRECTORY: join(gitDir, 'objects') }
    await gitInCheckout(checkout, ['read-tree', 'HEAD'], env)
    await gitInCheckout(checkout, ['add', '--all', '--', ':/'], env)
    return gitInCheckout(checkout, ['write-tree'], env)
  })
}

/**
 * Fills a repository's default branch from a local checkout: its HEAD with all its history and, when files differ
 * from HEAD, one commit on top with what is modified, deleted or new and not ignored. The checkout, its index and
 * its refs stay as they are. Seeding the same content again changes nothing; once the branch has moved on by
 * other hands, a changed checkout replaces it only with `force`.
 */
export async function seedFromCheckout(
  options: NewRepository & { readonly checkout: string; readonly force?: boolean },
): Promise<Seeded> {
  const gitDir = await createRepository(options)
  const branch = `refs/heads/${options.defaultBranch ?? 'main'}`
  const head = await gitInCheckout(options.checkout, ['rev-parse', '--verify', 'HEAD'])
  const source = await gitInCheckout(options.checkout, [
    'rev-parse',
    '--path-format=absolute',
    '--git-common-dir',
  ])
  await git(gitDir, [...FETCH, source, `+${head}:refs/seed/head`])
  const tree = await treeOfCheckout(options.checkout, gitDir)
  const date = await git(gitDir, ['show', '-s', '--format=%cI', head])
  const identity = { name: 'appname local', email: 'local@appname.example', date }
  const message = 'Uncommitted work of the checkout\n'
  const unchanged = tree === (await git(gitDir, ['rev-parse', `${head}^{tree}`]))
  const oid = unchanged
    ? head
    : await writeCommit(gitDir, { tree, parents: [head], message, author: identity, committer: identity })
  return moveSeed(gitDir, branch, oid, options.force ?? false)
}

/** Moves the branch to the new seed, unless it stands on commits that are not from a seed. */
async function moveSeed(gitDir: string, branch: string, oid: string, force: boolean): Promise<Seeded> {
  const before = (await readRef(gitDir, branch))?.oid ?? ZERO_OID
  const lastSeed = (await readRef(gitDir, 'refs/seed/last'))?.oid ?? ZERO_OID
  const free = force || before === ZERO_OID || before === lastSeed
  if (lastSeed === oid && before !== ZERO_OID && !force) return { oid: before, changed: false }
  if (!free) return { oid: before, changed: false }
  await compareAndSetRef(gitDir, branch, before, oid)
  await compareAndSetRef(gitDir, 'refs/seed/last', lastSeed, oid)
  return { oid, changed: before !== oid }
}

const MIRROR_IDENTITY = {
  name: 'appname mirror',
  email: 'mirror@appname.example',
  date: '2020-01-01T00:00:00Z',
}

/**
 * Fills a repository from a plain folder of files as one commit without a parent, named by the default branch and
 * the tag. Author and date are fixed, so the same files give the same sha everywhere. For mirrors of upstream repositories.
 */
export async function seedFromDirectory(
  options: NewRepository & { readonly directory: string; readonly tag: string },
): Promise<Seeded> {
  const gitDir = await createRepository(options)
  const tree = await treeOfDirectory(gitDir, options.directory)
  const message = `${options.owner}/${options.name} ${options.tag}\n`
  const oid = await writeCommit(gitDir, {
    tree,
    parents: [],
    message,
    author: MIRROR_IDENTITY,
    committer: MIRROR_IDENTITY,
  })
  let changed = false
  for (const name of [`refs/heads/${options.defaultBranch ?? 'main'}`, `refs/tags/${options.tag}`]) {
    const before = (await resolve(gitDir, name)) ?? ZERO_OID
    if (before === oid) continue
    await compareAndSetRef(gitDir, name, before, oid)
    changed = true
  }
  return { oid, changed }
}

/** Every file counts, also those that a .gitignore among them names, and read-only ones as of the module cache. */
async function treeOfDirectory(gitDir: string, directory: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'github-mirror-'))
  try {
    const env = gitEnvironment({ GIT_INDEX_FILE: join(folder, 'index') })
    const options = { env, extendEnv: false, cwd: directory }
    const base = [
      '--git-dir',
      gitDir,
      '--work-tree',
      directory,
      '-c',
      'core.bare=false',
      '-c',
      'core.fileMode=true',
    ]
    await execa('git', [...base, 'add', '--all', '--force', '--', '.'], options)
    const { stdout } = await execa('git', [...base, 'write-tree'], options)
    return stdout
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
