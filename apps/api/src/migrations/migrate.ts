import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { messageOf, Problem } from '../problem.ts'
import { type Engine, startEngine } from './engine.ts'
import { type Migration, readMigrations } from './folder.ts'
import { whileLocked } from './lock.ts'
import { isAtomic, whereInScript } from './script.ts'

export interface MigrateOptions {
  databaseUrl: string
  migrationsFolder: string
  /** How long to wait for another run of this program, in milliseconds. */
  wait: number
  /** How long one statement may wait for a lock, and run, in milliseconds. */
  lockTimeout: number
  statementTimeout: number
  /** Hears what happens, one line at a time. */
  say: (line: string) => void
}

const attempts = 3
const lockNotAvailable = '55P03'

/**
 * Applies the migrations that the database lacks and answers their names, in order; none when there is nothing to do.
 * Runs at the same time wait for each other. A migration that fails leaves nothing behind and is noted as rolled back, so
 * the next run tries it again; one that could not get a lock is tried three times.
 * @throws Problem `migration-failed` naming the migration, its line and the database's reason; `migration-unfinished` when
 *   an earlier run died in a migration that is not one transaction; `database-unreachable`; `migrate-busy`
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(options.migrationsFolder)
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: 2,
    connectionTimeoutMillis: 10_000,
    lock_timeout: options.lockTimeout,
    statement_timeout: options.statementTimeout,
    application_name: 'migrate',
  })
  pool.on('error', (error) => options.say(`a database connection was lost: ${messageOf(error)}`))
  try {
    return await whileLocked(options.databaseUrl, options.wait, () => applyPending(pool, migrations, options))
  } finally {
    await pool.end()
  }
}

async function applyPending(
  pool: pg.Pool,
  migrations: Migration[],
  options: MigrateOptions,
): Promise<string[]> {
  const before = await recorded(pool)
  const pending = migrations.filter(({ name }) => !before.applied.has(name))
  if (pending.length === 0) return []

  let refusal: unknown
  const engine = await startEngine(pool, options.migrationsFolder, (error) => {
    refusal = error
  })
  for (const name of before.failed) await clearFailure(engine, name, migrations)
  for (let attempt = 1; ; attempt += 1) {
    refusal = undefined
    try {
      await engine.apply(migrations)
      return pending.map(({ name }) => name)
    } catch (error) {
      const problem = await explain(pool, engine, migrations, refusal ?? error)
      if (attempt === attempts || !isLockTimeout(refusal)) throw problem
      options.say(`${problem.message}; trying again (${attempt + 1} of ${attempts})`)
      await sleep(attempt * 1_000)
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === lockNotAvailable
}

/** What the database's own record says: which migrations are applied, which began and never ended. */
async function recorded(pool: pg.Pool): Promise<{ applied: Set<string>; failed: string[] }> {
  const table = await pool.query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  )
  if (!table.rows[0]?.exists) return { applied: new Set(), failed: [] }
  const { rows } = await pool.query<{ migration_name: string; finished: boolean }>(
    `SELECT migration_name, finished_at IS NOT NULL AS finished FROM _prisma_migrations
      WHERE rolled_back_at IS NULL ORDER BY started_at`,
  )
  return {
    applied: new Set(rows.filter((row) => row.finished).map((row) => row.migration_name)),
    failed: rows.filter((row) => !row.finished).map((row) => row.migration_name),
  }
}

/** A run that was killed left this record. What one transaction did is gone with it; anything else needs a person. */
async function clearFailure(engine: Engine, name: string, migrations: Migration[]): Promise<void> {
  const migration = migrations.find((candidate) => candidate.name === name)
  if (migration !== undefined && isAtomic(migration.sql)) return engine.markRolledBack(name)
  throw new Problem({
    code: 'migration-unfinished',
    what: `an earlier run did not finish ${name}, which ${migration ? 'is not one transaction' : 'this release does not have'}`,
    where: 'table _prisma_migrations',
    remedy:
      'compare the database with its script, repair it by hand, then set rolled_back_at or finished_at on its row',
  })
}

async function explain(
  pool: pg.Pool,
  engine: Engine,
  migrations: Migration[],
  cause: unknown,
): Promise<Problem> {
  const { failed } = await recorded(pool)
  const migration = migrations.find(({ name }) => name === failed.at(-1))
  if (migration === undefined) {
    return new Problem({
      code: 'migrate-failed',
      what: messageOf(cause),
      where: 'before any migration began',
      remedy: 'see the reason; nothing was changed',
      cause,
    })
  }
  const atomic = isAtomic(migration.sql)
  if (atomic) await engine.markRolledBack(migration.name)
  const state = cause instanceof pg.DatabaseError ? ` (SQLSTATE ${cause.code})` : ''
  return new Problem({
    code: 'migration-failed',
    what: `${migration.name} failed: ${messageOf(cause)}${state}`,
    where: whereInScript(migration, cause),
    remedy: atomic
      ? 'it left nothing behind; correct the migration and release again'
      : 'it is not one transaction; see what it left behind before trying again',
    cause,
  })
}
