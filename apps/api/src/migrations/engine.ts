import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import { DatabaseError, type Pool } from 'pg'
import type { Migration } from './folder.ts'

/** What is used of it; TypeScript declares the whole only together with the browser's globals. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

/** Prisma's schema engine, reduced to what this program asks of it. */
export interface Engine {
  /** Applies what is not applied yet, in order; answers the names. */
  apply(migrations: Migration[]): Promise<string[]>
  /** Notes that a failed migration left nothing behind, so that it may be tried again. */
  markRolledBack(name: string): Promise<void>
}

/** Starts the engine on connections of `pool`. `onScriptError` hears why the database refused a script. */
export async function startEngine(
  pool: Pool,
  migrationsFolder: string,
  onScriptError: (error: unknown) => void,
): Promise<Engine> {
  loaded ??= loadEngine()
  const { SchemaEngine: engineClass } = await loaded
  const factory = bindMigrationAwareSqlAdapterFactory(wholeScripts(new PrismaPg(pool), onScriptError))
  const engine = await engineClass.new({ datamodels: undefined }, () => {}, factory)
  return {
    async apply(migrations) {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: {
          baseDir: migrationsFolder,
          lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
          shadowDbInitScript: '',
          migrationDirectories: migrations.map(({ name, sql }) => ({
            path: name,
            migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
          })),
        },
        filters: { externalTables: [], externalEnums: [] },
      })
      return appliedMigrationNames
    },
    async markRolledBack(migrationName) {
      await engine.markMigrationRolledBack({ migrationName })
    },
  }
}

/** Its bindings hold one instance for the whole process: a second one would break the first. */
let loaded: ReturnType<typeof loadEngine> | undefined

/** The package's own entry imports a `.wasm` file, which Node does not do by itself; this does the same by hand. */
async function loadEngine(): Promise<{ SchemaEngine: typeof SchemaEngine }> {
  const bindings: typeof import('@prisma/schema-engine-wasm/schema_engine_bg') = await import(
    '@prisma/schema-engine-wasm/schema_engine_bg'
  )
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')
  const bytes = await readFile(new URL('schema_engine_bg.wasm', `file://${entry}`))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  return bindings
}

/**
 * Makes `executeScript` send a script whole. The adapter's own splits it at every `;`, which breaks function bodies and
 * texts; sent whole it is also one implicit transaction, so that a script which fails leaves nothing behind.
 */
function wholeScripts(
  factory: PrismaPg,
  onError: (error: unknown) => void,
): SqlMigrationAwareDriverAdapterFactory {
  type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>
  const whole = (adapter: PgAdapter): SqlDriverAdapter => {
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script)
      } catch (error) {
        onError(error)
        throw error instanceof DatabaseError ? forEngine(error) : error
      }
    }
    return adapter
  }
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => whole(await factory.connect()),
    connectToShadowDb: async () => whole(await factory.connectToShadowDb()),
  }
}

/** PostgreSQL's refusal as the engine records it in `_prisma_migrations.logs`. */
function forEngine(error: DatabaseError): DriverAdapterError {
  return new DriverAdapterError({
    kind: 'postgres',
    code: error.code ?? 'unknown',
    severity: error.severity ?? 'ERROR',
    message: error.message,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  })
}
