import { readEnvironment } from './config/environment.ts'
import { migrationsFolder, readMigrations } from './migrations/folder.ts'
import { migrate } from './migrations/migrate.ts'
import { classOf } from './migrations/script.ts'
import { runProgram } from './problem.ts'

await runProgram(async () => {
  const environment = readEnvironment('migrate')
  const folder = migrationsFolder()
  const applied = await migrate({
    databaseUrl: environment.DATABASE_URL,
    migrationsFolder: folder,
    wait: environment.MIGRATE_WAIT_MS,
    lockTimeout: environment.MIGRATE_LOCK_TIMEOUT_MS,
    statementTimeout: environment.MIGRATE_STATEMENT_TIMEOUT_MS,
    say: (line) => process.stderr.write(`${line}\n`),
  })
  const known = await readMigrations(folder)
  for (const { name, sql } of known.filter((migration) => applied.includes(migration.name))) {
    console.log(`applied ${name} (${classOf(sql) ?? 'unclassified'})`)
  }
  if (applied.length === 0) console.log(`nothing to do: all ${known.length} migrations are applied`)
  return 0
})
