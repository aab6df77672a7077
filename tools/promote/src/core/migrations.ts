import { migrationsFolder } from './layout.ts'

/** A database migration between two releases. `class` comes from the first line of its migration.sql. */
export type Migration = { name: string; path: string; class: 'expand' | 'contract' | 'unclassified' }

const header = /^-- migration: (expand|contract)\s*$/

/** Paths of the migrations among added files, in the order they are applied in. */
export function migrationPaths(added: readonly string[]): string[] {
  return added
    .filter((path) => path.startsWith(migrationsFolder) && path.endsWith('/migration.sql'))
    .toSorted((a, b) => (a < b ? -1 : 1))
}

export function classify(path: string, text: string | null): Migration {
  const name = path.slice(migrationsFolder.length, -'/migration.sql'.length)
  const first = text?.replace(/^\uFEFF/, '').split('\n', 1)[0] ?? ''
  const found = header.exec(first)?.[1]
  return { name, path, class: found === 'expand' || found === 'contract' ? found : 'unclassified' }
}
