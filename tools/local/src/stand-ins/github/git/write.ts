import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Person } from './objects.ts'
import { git, gitAnswer } from './run.ts'

export type Identity = Pick<Person, 'name' | 'email'> & { readonly date?: string }

export interface NewCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Identity
  readonly committer: Identity
}

/** Writes a commit object and returns its sha; moves no ref. */
export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  const env: Record<string, string> = {
    GIT_AUTHOR_NAME: commit.author.name,
    GIT_AUTHOR_EMAIL: commit.author.email,
    GIT_COMMITTER_NAME: commit.committer.name,
    GIT_COMMITTER_EMAIL: commit.committer.email,
    ...(commit.author.date ? { GIT_AUTHOR_DATE: commit.author.date } : {}),
    ...(commit.committer.date ? { GIT_COMMITTER_DATE: commit.committer.date } : {}),
  }
  const parents = commit.parents.flatMap((parent) => ['-p', parent])
  return git(gitDir, ['commit-tree', commit.tree, ...parents, '-F', '-'], { input: commit.message, env })
}

/** Runs with an index file of its own, which is gone afterwards. */
export async function withTemporaryIndex<T>(
  work: (env: { GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'github-index-'))
  try {
    return await work({ GIT_INDEX_FILE: join(folder, 'index') })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface FileChanges {
  readonly additions: readonly { readonly path: string; readonly contents: Buffer }[]
  readonly deletions: readonly { readonly path: string }[]
}

/** A path that git can hold: relative, no empty, `.`, `..` or `.git` part, no NUL. */
export function isValidPath(path: string): boolean {
  const parts = path.split('/')
  return !path.includes('\0') && parts.every((part) => part !== '' && !/^(\.|\.\.|\.git)$/i.test(part))
}

/** The tree of `commit` with the changes applied; files keep their mode, new ones are 100644. */
export async function treeWithChanges(gitDir: string, commit: string, changes: FileChanges): Promise<string> {
  return withTemporaryIndex(async (env) => {
    await git(gitDir, ['read-tree', commit], { env })
    const modes = await indexModes(gitDir, env)
    const lines: Buffer[] = []
    for (const { path } of changes.deletions) lines.push(Buffer.from(`0 ${'0'.repeat(40)}\t${path}\0`))
    for (const { path, contents } of changes.additions) {
      const oid = await git(gitDir, ['hash-object', '-w', '--stdin'], { input: contents })
      lines.push(Buffer.from(`${modes.get(path) ?? '100644'} ${oid}\t${path}\0`))
    }
    await gitAnswer(gitDir, ['update-index', '-z', '--index-info'], { env, input: Buffer.concat(lines) })
    return git(gitDir, ['write-tree'], { env })
  })
}

async function indexModes(gitDir: string, env: Record<string, string>): Promise<Map<string, string>> {
  const text = await git(gitDir, ['ls-files', '-s', '-z'], { env })
  const entries = text.split('\0').filter((line) => line !== '')
  return new Map(entries.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, 6)]))
}

export type MergedTree = { readonly clean: true; readonly tree: string } | { readonly clean: false }

/** Merges two commits without a work tree. Unrelated histories count as a conflict, as on GitHub. */
export async function mergeTrees(gitDir: string, base: string, head: string): Promise<MergedTree> {
  const args = ['merge-tree', '--write-tree', '--no-messages', base, head]
  const { exitCode, stdout } = await gitAnswer(gitDir, args, { accept: [1, 128] })
  return exitCode === 0 ? { clean: true, tree: stdout.toString().trim() } : { clean: false }
}
