import { DatabaseError } from 'pg'
import type { Migration } from './folder.ts'

const notTransactional = /\b(commit|rollback|begin|start\s+transaction|concurrently|vacuum|alter\s+system)\b/i

/**
 * Whether a script sent whole is one transaction, so that it either happened or left nothing behind. Function bodies,
 * texts and comments do not count.
 */
export function isAtomic(sql: string): boolean {
  const bare = sql
    .replace(/--.*$/gm, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, '')
    .replace(/'(?:[^']|'')*'/g, '')
  return !notTransactional.test(bare)
}

/** `<folder>/migration.sql`, with the line that the database points at when it does. */
export function whereInScript(migration: Migration, cause: unknown): string {
  const file = `${migration.name}/migration.sql`
  const position = cause instanceof DatabaseError ? Number(cause.position) : Number.NaN
  if (!Number.isInteger(position)) return file
  return `${file}, line ${migration.sql.slice(0, position).split('\n').length}`
}

/** `expand` or `contract`, from the script's first line `-- migration: …`; undefined when it has none. */
export function classOf(sql: string): string | undefined {
  return /^-- migration: (expand|contract)\s*$/m.exec(sql.split('\n', 1)[0] ?? '')?.[1]
}
