import { GitError, git, gitAnswer } from './run.ts'

export const ZERO_OID = '0'.repeat(40)
const OID = /^[0-9a-f]{40}$/

export interface Ref {
  /** Full name, such as refs/heads/main. */
  readonly name: string
  readonly oid: string
  /** What the ref points at: an annotated tag is `tag`. */
  readonly type: string
}

/** Whether git accepts this as a full ref name. */
export async function isValidRefName(gitDir: string, name: string): Promise<boolean> {
  if (name.startsWith('-')) return false
  const { exitCode } = await gitAnswer(gitDir, ['check-ref-format', name], { accept: [1, 128, 129] })
  return exitCode === 0
}

/** Refs whose name starts with the prefix (refs/heads/, refs/tags/v1, …), ordered by name. */
export async function listRefs(gitDir: string, prefix: string): Promise<Ref[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const format = '%(refname) %(objectname) %(objecttype)'
  const text = await git(gitDir, ['for-each-ref', `--format=${format}`, folder])
  return text
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => {
      const [name = '', oid = '', type = ''] = line.split(' ')
      return { name, oid, type }
    })
}

/** The ref of exactly this full name. */
export async function readRef(gitDir: string, name: string): Promise<Ref | undefined> {
  if (!name.startsWith('refs/')) return undefined
  return (await listRefs(gitDir, name)).find((ref) => ref.name === name)
}

/** The object a revision names (branch, tag, full or short sha), peeled to the given type. */
export async function resolve(
  gitDir: string,
  revision: string,
  type: 'commit' | 'tree' | 'blob' | 'object' = 'commit',
): Promise<string | undefined> {
  if (revision === '' || revision.startsWith('-')) return undefined
  const { exitCode, stdout } = await gitAnswer(
    gitDir,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{${type}}`],
    { accept: [1, 128] },
  )
  const oid = stdout.toString().trim()
  return exitCode === 0 && OID.test(oid) ? oid : undefined
}

/** What the API calls `ref`: a sha, a branch or a tag (in this order), or heads/… and tags/…. */
export async function resolveCommitish(gitDir: string, ref: string): Promise<string | undefined> {
  const short = ref.replace(/^refs\//, '')
  const names = OID.test(ref) ? [ref] : [`refs/heads/${short}`, `refs/tags/${short}`, `refs/${short}`]
  if (/^[0-9a-f]{7,39}$/.test(ref)) names.push(ref)
  for (const name of names) {
    const oid = await resolve(gitDir, name)
    if (oid) return oid
  }
  return undefined
}

/**
 * Moves a ref from `before` to `after` (ZERO_OID: does not exist) if it still stands at `before`.
 * Returns false when somebody else moved it first.
 */
export async function compareAndSetRef(
  gitDir: string,
  name: string,
  before: string,
  after: string,
): Promise<boolean> {
  const args =
    after === ZERO_OID
      ? ['update-ref', '-d', name, before]
      : ['update-ref', '--no-deref', name, after, before]
  try {
    await git(gitDir, args)
    return true
  } catch (error) {
    const current = (await readRef(gitDir, name))?.oid ?? ZERO_OID
    const locked = error instanceof GitError && error.stderr.includes('Unable to create')
    if (locked || current !== before) return false
    throw error
  }
}

/** Whether `ancestor` is reachable from `descendant`. */
export async function isAncestor(gitDir: string, ancestor: string, descendant: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', ancestor, descendant]
  return (await gitAnswer(gitDir, args, { accept: [1, 128] })).exitCode === 0
}

/** The best common ancestor, if the two share history. */
export async function mergeBase(gitDir: string, one: string, other: string): Promise<string | undefined> {
  const { exitCode, stdout } = await gitAnswer(gitDir, ['merge-base', one, other], { accept: [1] })
  return exitCode === 0 ? stdout.toString().trim() : undefined
}

/** Where a branch stands; undefined when it does not exist. */
export async function branchTip(gitDir: string, branch: string): Promise<string | undefined> {
  return resolve(gitDir, `refs/heads/${branch}`)
}
