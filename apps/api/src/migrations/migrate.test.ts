import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestEnvironment, type TestEnvironment } from '../../test/environment.ts'
import { runProgramFile } from '../../test/programs.ts'
import { withClient } from '../../test/services.ts'
import { migrationNames, migrationsFolder } from './folder.ts'
import { type MigrateOptions, migrate } from './migrate.ts'

let testEnvironment: TestEnvironment
let folder: string

beforeEach(async () => {
  testEnvironment = await createTestEnvironment({ migrated: false })
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await cp(migrationsFolder(), folder, { recursive: true })
})

afterEach(async () => {
  await testEnvironment.remove()
  await rm(folder, { recursive: true })
})

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, name, 'migration.sql'), sql)
}

const options = (): MigrateOptions => ({
  databaseUrl: testEnvironment.databaseUrl,
  migrationsFolder: folder,
  wait: 20_000,
  lockTimeout: 300,
  statementTimeout: 10_000,
  say: () => {},
})

const recorded = () =>
  testEnvironment.query<{ migration_name: string; applied: boolean; rolled_back: boolean }>(
    `SELECT migration_name, finished_at IS NOT NULL AS applied, rolled_back_at IS NOT NULL AS rolled_back
       FROM _prisma_migrations ORDER BY started_at`,
  )

test('of three runs at once, one applies everything and two have nothing to do', async () => {
  const results = await Promise.all([migrate(options()), migrate(options()), migrate(options())])
  const everything = await migrationNames(folder)
  expect(results.sort((a, b) => b.length - a.length)).toEqual([everything, [], []])
  expect((await recorded()).map((row) => row.migration_name)).toEqual(everything)
})

test('a failed migration is named with its line, leaves nothing behind, and is tried again by the next run', async () => {
  const name = '20990101000000_broken'
  await addMigration(
    name,
    '-- migration: expand\nCREATE TABLE half (id int);\nALTER TABLE nowhere ADD x int;\n',
  )
  await expect(migrate(options())).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining(`${name} failed: relation "nowhere" does not exist (SQLSTATE 42P01)`),
  })
  const [half] = await testEnvironment.query<{ exists: boolean }>(
    `SELECT to_regclass('half') IS NOT NULL AS exists`,
  )
  expect(half?.exists).toBe(false)

  await addMigration(name, '-- migration: expand\nCREATE TABLE half (id int);\n')
  expect(await migrate(options())).toEqual([name])
})

test('a script is sent whole: semicolons in function bodies and texts do not split it', async () => {
  const name = '20990101000000_function'
  await addMigration(
    name,
    `-- migration: expand
CREATE FUNCTION answer() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 42; END; $$;
CREATE TABLE texts (t text DEFAULT 'a;b');`,
  )
  expect(await migrate(options())).toContain(name)
  expect(await testEnvironment.query('SELECT answer() AS answer')).toEqual([{ answer: 42 }])
})

test('a database that already has PostGIS can be migrated', async () => {
  await testEnvironment.query('CREATE EXTENSION postgis')
  expect(await migrate(options())).toEqual(await migrationNames(folder))
})

test('an older release has nothing to do on a newer schema', async () => {
  await addMigration('20990101000000_newer', '-- migration: expand\nCREATE TABLE newer (id int);')
  await migrate(options())
  await rm(join(folder, '20990101000000_newer'), { recursive: true })
  expect(await migrate(options())).toEqual([])
})

test('a run that was killed in a migration is repeated, unless the migration is not one transaction', async () => {
  await migrate(options())
  await addMigration('20990101000000_interrupted', '-- migration: expand\nCREATE TABLE interrupted (id int);')
  await testEnvironment.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('a', '', '20990101000000_interrupted')`,
  )
  expect(await migrate(options())).toEqual(['20990101000000_interrupted'])

  await addMigration(
    '20990101000001_index',
    '-- migration: expand\nCREATE INDEX CONCURRENTLY i ON interrupted (id);',
  )
  await testEnvironment.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('b', '', '20990101000001_index')`,
  )
  await expect(migrate(options())).rejects.toMatchObject({ code: 'migration-unfinished' })
})

test('a lock that another session holds is waited for, then tried again', async () => {
  await migrate(options())
  await addMigration(
    '20990101000000_column',
    '-- migration: expand\nALTER TABLE venues ADD COLUMN phone text;',
  )
  const said: string[] = []
  await withClient(testEnvironment.databaseUrl, async (holder) => {
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE venues')
    const release = (line: string) => {
      said.push(line)
      void holder.query('COMMIT')
    }
    expect(await migrate({ ...options(), say: release })).toEqual(['20990101000000_column'])
  })
  expect(said).toEqual([
    expect.stringMatching(/20990101000000_column failed: .*lock timeout.*trying again \(2 of 3\)/),
  ])
  expect((await recorded()).slice(-2)).toMatchObject([{ rolled_back: true }, { applied: true }])
})

test('the program prints what it applied, then that nothing is left; one clear line when it cannot', async () => {
  const variables = { DATABASE_URL: testEnvironment.databaseUrl }
  const first = await runProgramFile('migrate', variables)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^applied \d+_init \(expand\)\napplied \d+_venue_location \(expand\)\n/)
  const second = await runProgramFile('migrate', variables)
  expect(second).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^nothing to do: all \d+ migrations/),
  })
  const third = await runProgramFile('migrate', {
    DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/none',
  })
  expect(third).toMatchObject({ code: 1, stdout: '' })
  expect(third.stderr).toMatch(/^database-unreachable: .*127\.0\.0\.1:1\/none.*\n$/)
  expect(third.stderr).not.toContain('secret')
})
