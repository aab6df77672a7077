import {
  CreateDBSnapshotCommand,
  DBSnapshotAlreadyExistsFault,
  DescribeDBSnapshotsCommand,
  type RDSClient,
} from '@aws-sdk/client-rds'
import { Problem } from '../problem.ts'
import { retry } from './retry.ts'

/** What proves that the database can be put back to before a release; printed as one line of JSON. */
export interface SnapshotReceipt {
  snapshot: string
  instance: string
  status: 'available'
  /** The release that it was taken before. */
  release: string
  createdAt: string | null
  /** False when an earlier run had taken it. */
  created: boolean
}

export interface SnapshotOptions {
  region: string
  /** For example `appname-prod`. */
  instance: string
  release: string
  /** How long to wait for it, in milliseconds, and how long between two looks. */
  wait: number
  pause: number
}

/** `<instance>-<first 12 digits of the release>`: one snapshot per release, however often it is asked for. */
export function snapshotName(instance: string, release: string): string {
  return `${instance}-${release.slice(0, 12)}`
}

/**
 * Takes a snapshot of an RDS instance and waits until it is available. Asked again, it answers with the same one.
 * @throws Problem `snapshot-failed` when RDS says so, `snapshot-late` when it is not available in time
 */
export async function takeSnapshot(client: RDSClient, options: SnapshotOptions): Promise<SnapshotReceipt> {
  const snapshot = snapshotName(options.instance, options.release)
  const created = await create(client, options, snapshot)
  const wait = { times: Math.max(1, Math.ceil(options.wait / options.pause)), pause: options.pause }
  const createdAt = await retry(() => whenAvailable(client, snapshot), { ...wait, isWorthwhile: isPending })
  return {
    snapshot,
    instance: options.instance,
    status: 'available',
    release: options.release,
    createdAt: createdAt?.toISOString() ?? null,
    created,
  }
}

async function create(client: RDSClient, options: SnapshotOptions, snapshot: string): Promise<boolean> {
  const command = new CreateDBSnapshotCommand({
    DBInstanceIdentifier: options.instance,
    DBSnapshotIdentifier: snapshot,
    Tags: [{ Key: 'appname-release', Value: options.release }],
  })
  try {
    await client.send(command)
    return true
  } catch (error) {
    if (error instanceof DBSnapshotAlreadyExistsFault) return false
    throw new Problem({
      code: 'snapshot-refused',
      what: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      where: `RDS instance ${options.instance} in ${options.region}`,
      remedy: 'check DB_INSTANCE_IDENTIFIER and that the service account may call rds:CreateDBSnapshot',
      cause: error,
    })
  }
}

/**
 * Its creation time, once it is available.
 * @throws Problem `snapshot-late` while it is on its way, `snapshot-failed` when it will never be
 */
async function whenAvailable(client: RDSClient, name: string): Promise<Date | undefined> {
  const { DBSnapshots } = await client.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: name }))
  const snapshot = DBSnapshots?.[0]
  if (snapshot?.Status === 'available') return snapshot.SnapshotCreateTime
  const pending = snapshot?.Status !== 'failed'
  throw new Problem({
    code: pending ? 'snapshot-late' : 'snapshot-failed',
    what: `status is "${snapshot?.Status ?? 'unknown'}"`,
    where: `RDS snapshot ${name}`,
    remedy: `${pending ? 'wait for it' : 'delete it'} in RDS, then run this job again`,
  })
}

function isPending(error: unknown): boolean {
  return error instanceof Problem && error.code === 'snapshot-late'
}
