import type { Database } from '../database.ts'
import type { JobHandlers } from '../jobs/worker.ts'

const batch = 1_000

/** Archives audit entries, the oldest first, at most a thousand at a time. */
async function archive(database: Database, now: Date): Promise<number> {
  return database.$executeRaw`
    UPDATE audit_entries SET archived_at = ${now}
     WHERE archived_at IS NULL
       AND id IN (SELECT id FROM audit_entries WHERE archived_at IS NULL
                   ORDER BY id LIMIT ${batch}::int FOR UPDATE SKIP LOCKED)`
}

/** The archive of the audit trail; it has no jobs of its own but the periodic one, every `interval` milliseconds. */
export function auditArchiveHandlers(interval: number): JobHandlers {
  return { queue: 'audit-archive', sweepEvery: interval, sweep: archive }
}
