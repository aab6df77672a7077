import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.ts'

/** An edit of the product's source: a new file, or a line put before another. */
type Edit =
  | { readonly file: string; readonly content: string }
  | { readonly file: string; readonly before: string; readonly insert: string }

/** A change to the product that a developer could push, to see what the path from commit to production makes of it. */
export interface Change {
  readonly name: string
  readonly subject: string
  readonly edits: readonly Edit[]
}

const migration = (name: string, sql: string): Edit => ({
  file: `apps/api/prisma/migrations/${name}/migration.sql`,
  content: `-- migration: expand\n${sql}\n`,
})

export const changes = {
  /** Goes well: a new column, which nothing needs yet. */
  notes: {
    name: 'notes',
    subject: 'Give events a field for notes',
    edits: [
      migration(
        '20261201090000_event_notes',
        `ALTER TABLE "events" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';`,
      ),
    ],
  },
  /** Its migration fails, so nothing else of it may start. */
  brokenMigration: {
    name: 'broken-migration',
    subject: 'Index a column that does not exist',
    edits: [migration('20261202090000_broken', `CREATE INDEX "events_colour" ON "events" ("colour");`)],
  },
  /** Starts, says that it is ready, and answers every query with 500. */
  failingApi: {
    name: 'failing-api',
    subject: 'Answer every GraphQL request with an error',
    edits: [
      {
        file: 'apps/api/src/app.ts',
        before: '  await app.register(versionPlugin',
        insert: `  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/graphql')) await reply.code(500).send({ errors: [{ message: 'broken on purpose' }] })
  })
`,
      },
    ],
  },
} as const satisfies Record<string, Change>

/**
 * Makes the change's edits below `root`.
 * @throws Failure when a file no longer has the line that an edit goes before
 */
export async function applyChange(root: string, change: Change): Promise<void> {
  for (const edit of change.edits) {
    const path = join(root, edit.file)
    if ('content' in edit) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, edit.content)
      continue
    }
    const text = await readFile(path, 'utf8')
    if (!text.includes(edit.before)) {
      throw new Failure(
        `${edit.file} has no line that starts with "${edit.before.trim()}"`,
        `adapt the change ${change.name}`,
      )
    }
    await writeFile(path, text.replace(edit.before, `${edit.insert}${edit.before}`))
  }
}
