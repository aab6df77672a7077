import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../problem.ts'

export interface Migration {
  /** Its folder's name, for example `20261101090000_init`. */
  name: string
  sql: string
}

/** Where this image's migrations are: beside `dist/` once bundled, beside `src/` in a checkout. */
export function migrationsFolder(): string {
  const candidates = ['../prisma/migrations', '../../prisma/migrations'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  const found = candidates.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new Problem({
    code: 'migrations-folder',
    what: 'the migrations are not in this image',
    where: candidates.join(' or '),
    remedy: 'copy apps/api/prisma/migrations into the image',
  })
}

/** The names of the migrations in `folder`, in the order in which they apply. */
export async function migrationNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** The migrations in `folder`, in order, with their SQL. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = await migrationNames(folder)
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(folder, name, 'migration.sql'), 'utf8') })),
  )
}
