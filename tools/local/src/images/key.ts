import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A hash of files and folders (names, executable bits and bytes) and of plain values, 16 hex digits. */
export function contentKey(paths: readonly string[], values: readonly unknown[] = []): string {
  const hash = createHash('sha256').update(JSON.stringify(values))
  const add = (root: string, path: string): void => {
    const stat = statSync(path)
    if (stat.isDirectory()) {
      for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      )) {
        const child = join(path, entry.name)
        if (entry.isSymbolicLink()) hash.update(`link ${relative(root, child)} ${readlinkSync(child)}\n`)
        else add(root, child)
      }
      return
    }
    hash
      .update(`file ${relative(root, path)} ${stat.mode & 0o111 ? 'x' : '-'} ${stat.size}\n`)
      .update(readFileSync(path))
  }
  for (const path of paths) add(path, path)
  return hash.digest('hex').slice(0, 16)
}
