import { git, gitAnswer } from './run.ts'

export interface Person {
  readonly name: string
  readonly email: string
  /** RFC 3339, UTC. */
  readonly date: string
}

export interface Commit {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly message: string
}

export interface TreeEntry {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly oid: string
  /** Bytes; 0 for anything but a blob. */
  readonly size: number
  readonly name: string
}

const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B']

function utc(date: string): string {
  return new Date(date).toISOString().replace('.000Z', 'Z')
}

function parseCommits(text: string): Commit[] {
  const parts = text.split('\0')
  const commits: Commit[] = []
  for (let at = 0; at + FIELDS.length <= parts.length; at += FIELDS.length) {
    const [oid = '', tree = '', parents = '', ...rest] = parts.slice(at, at + FIELDS.length)
    const [an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] = rest
    commits.push({
      oid,
      tree,
      parents: parents === '' ? [] : parents.split(' '),
      author: { name: an, email: ae, date: utc(ad) },
      committer: { name: cn, email: ce, date: utc(cd) },
      message: message.replace(/\n$/, ''),
    })
  }
  return commits
}

export interface LogOptions {
  readonly skip?: number
  readonly limit?: number
  readonly path?: string
  readonly since?: string
  readonly until?: string
  /** Oldest first. */
  readonly reverse?: boolean
}

/** Commits of a range (`a..b` or one sha), newest first unless reversed. */
export async function log(gitDir: string, range: string, options: LogOptions = {}): Promise<Commit[]> {
  const args = ['log', '-z', `--format=tformat:${FIELDS.join('%x00')}`]
  if (options.skip) args.push(`--skip=${options.skip}`)
  if (options.limit !== undefined) args.push(`--max-count=${options.limit}`)
  if (options.since) args.push(`--since=${options.since}`)
  if (options.until) args.push(`--until=${options.until}`)
  if (options.reverse) args.push('--reverse')
  args.push('--end-of-options', range, '--')
  if (options.path) args.push(`:(literal)${options.path}`)
  return parseCommits(await git(gitDir, args))
}

/** How many commits a range holds. */
export async function countCommits(gitDir: string, range: string): Promise<number> {
  return Number(await git(gitDir, ['rev-list', '--count', '--end-of-options', range]))
}

/** One commit; its sha must exist. */
export async function readCommit(gitDir: string, oid: string): Promise<Commit> {
  const [commit] = await log(gitDir, oid, { limit: 1 })
  if (!commit) throw new Error(`commit ${oid} is missing`)
  return commit
}

function parseTree(text: string): TreeEntry[] {
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t')
      const [mode = '', type = '', oid = '', size = '-'] = line.slice(0, tab).split(/ +/)
      const bytes = size === '-' ? 0 : Number(size)
      return { mode, type: type as TreeEntry['type'], oid, size: bytes, name: line.slice(tab + 1) }
    })
}

/** The entries of one tree, not recursive. */
export async function readTree(gitDir: string, tree: string): Promise<TreeEntry[]> {
  return parseTree(await git(gitDir, ['ls-tree', '-z', '-l', '--end-of-options', tree]))
}

/** The entry at a path of a commit; its `name` is the full path. The empty path is the root tree. */
export async function readEntry(
  gitDir: string,
  commit: string,
  path: string,
): Promise<TreeEntry | undefined> {
  if (path === '') {
    const oid = await git(gitDir, ['rev-parse', '--verify', `${commit}^{tree}`])
    return { mode: '040000', type: 'tree', oid, size: 0, name: '' }
  }
  const { exitCode, stdout } = await gitAnswer(
    gitDir,
    ['--literal-pathspecs', 'ls-tree', '-z', '-l', '--full-tree', commit, '--', path],
    { accept: [128] },
  )
  return exitCode === 0 ? parseTree(stdout.toString())[0] : undefined
}

/** The bytes of a blob. */
export async function readBlob(gitDir: string, oid: string): Promise<Buffer> {
  return (await gitAnswer(gitDir, ['cat-file', 'blob', oid])).stdout
}
