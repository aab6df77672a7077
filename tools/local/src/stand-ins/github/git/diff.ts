import { git } from './run.ts'

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export interface ChangedFile {
  readonly path: string
  readonly previousPath?: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  /** Blob after the change; before it, for a removed file. */
  readonly oid: string
  readonly additions: number
  readonly deletions: number
  /** Hunks from the first @@ on; absent for binary files and pure renames. */
  readonly patch?: string
}

interface RawChange {
  readonly letter: string
  readonly oid: string
  readonly path: string
  readonly previousPath?: string
}

const STATUS: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
}

/** Reads the NUL-separated records of `--raw -z --numstat`: raw records first, then one numstat per file. */
function parseSummary(text: string): { changes: RawChange[]; counts: [number, number][] } {
  const parts = text.split('\0')
  const changes: RawChange[] = []
  const counts: [number, number][] = []
  let at = 0
  while (at < parts.length && parts[at] !== '') {
    const record = parts[at] ?? ''
    if (record.startsWith(':')) {
      const [, , before = '', after = '', status = ''] = record.split(' ')
      const letter = status.charAt(0)
      const oid = letter === 'D' ? before : after
      const path = parts[at + 1] ?? ''
      const moved = letter === 'R' || letter === 'C'
      changes.push(
        moved ? { letter, oid, path: parts[at + 2] ?? '', previousPath: path } : { letter, oid, path },
      )
      at += moved ? 3 : 2
    } else {
      const [additions = '-', deletions = '-', path = ''] = record.split('\t')
      counts.push([Number(additions) || 0, Number(deletions) || 0])
      at += path === '' ? 3 : 1
    }
  }
  return { changes, counts }
}

/** Splits a patch by file, in git's order; a type change is two patches, of which the second stands. */
function splitPatch(text: string, changes: readonly RawChange[]): (string | undefined)[] {
  const patches = text.split(/^diff --git /m).slice(1)
  let at = 0
  return changes.map((change) => {
    at += change.letter === 'T' ? 2 : 1
    const patch = patches[at - 1] ?? ''
    const start = patch.search(/^@@ /m)
    return start === -1 ? undefined : patch.slice(start).replace(/\n$/, '')
  })
}

/** Files that differ between two trees or commits, with their hunks, renames found. */
export async function changedFiles(gitDir: string, before: string, after: string): Promise<ChangedFile[]> {
  const base = ['diff-tree', '-r', '-M', '--full-index']
  const summary = parseSummary(await git(gitDir, [...base, '--raw', '--numstat', '-z', before, after]))
  if (summary.changes.length === 0) return []
  const patches = splitPatch(await git(gitDir, [...base, '-p', before, after]), summary.changes)
  return summary.changes.map((change, index) => {
    const [additions, deletions] = summary.counts[index] ?? [0, 0]
    const patch = patches[index]
    return {
      path: change.path,
      ...(change.previousPath === undefined ? {} : { previousPath: change.previousPath }),
      status: STATUS[change.letter] ?? 'changed',
      oid: change.oid,
      additions,
      deletions,
      ...(patch === undefined ? {} : { patch }),
    }
  })
}

export interface ChangedPaths {
  readonly added: string[]
  readonly removed: string[]
  readonly modified: string[]
}

/**
 * Names only, by kind, of what each commit changed against its first parent, as a push event lists them. A rename
 * is a removal and an addition. One git process, however many commits.
 */
export async function changedPaths(
  gitDir: string,
  oids: readonly string[],
): Promise<Map<string, ChangedPaths>> {
  const result = new Map(oids.map((oid) => [oid, { added: [], removed: [], modified: [] } as ChangedPaths]))
  if (oids.length === 0) return result
  const args = ['diff-tree', '--stdin', '-r', '--root', '--no-renames', '--name-status', '-z']
  const text = await git(gitDir, [...args, '--diff-merges=first-parent'], { input: `${oids.join('\n')}\n` })
  const parts = text.split('\0')
  let paths: ChangedPaths | undefined
  for (let at = 0; at < parts.length - 1; at++) {
    const part = parts[at] ?? ''
    if (part.length >= 40) {
      paths = result.get(part.slice(0, 40))
      continue
    }
    const path = parts[++at] ?? ''
    if (part === 'A') paths?.added.push(path)
    else if (part === 'D') paths?.removed.push(path)
    else paths?.modified.push(path)
  }
  return result
}
