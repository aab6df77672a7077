import type { Database } from '../database.ts'
import { migrationNames } from './folder.ts'

/**
 * Resolves when every migration in `folder` is recorded as applied in the database. They are compared by name alone: the
 * database may be ahead (a newer release has migrated it), never behind.
 * @throws naming the migrations that are missing
 */
export async function migrationsAreApplied(database: Database, folder: string): Promise<void> {
  const wanted = await migrationNames(folder)
  const [table] = await database.$queryRaw<{ exists: boolean }[]>`
    SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`
  const applied = table?.exists
    ? await database.$queryRaw<{ migration_name: string }[]>`
        SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`
    : []
  const present = new Set(applied.map((row) => row.migration_name))
  const missing = wanted.filter((name) => !present.has(name))
  if (missing.length > 0) throw new Error(`not applied: ${missing.join(', ')}`)
}
