import { RDSClient } from '@aws-sdk/client-rds'
import { expect, test } from 'vitest'
import { serve } from '../../test/http.ts'
import { takeSnapshot } from './snapshot.ts'

const release = '0123456789abcdef0123456789abcdef01234567'
const options = { region: 'eu-central-1', instance: 'appname-prod', release, wait: 200, pause: 10 }
const createdAt = '2026-11-24T10:00:00.000Z'

interface Rds {
  client: RDSClient
  /** What was asked for, in order. */
  actions: string[]
}

/** RDS as far as snapshots go, speaking its query protocol: `statuses` are what each look finds. */
async function rds(statuses: string[], refusal?: string): Promise<Rds> {
  const actions: string[] = []
  const endpoint = await serve(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const parameters = new URLSearchParams(body)
    const action = parameters.get('Action') ?? ''
    actions.push(`${action} ${parameters.get('DBSnapshotIdentifier')}`)
    if (action === 'CreateDBSnapshot' && refusal !== undefined) {
      response.writeHead(400, { 'content-type': 'text/xml' })
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${refusal}</Code><Message>no</Message></Error></ErrorResponse>`,
      )
      return
    }
    const status = action === 'CreateDBSnapshot' ? 'creating' : (statuses.shift() ?? 'creating')
    const snapshot = `<Status>${status}</Status><SnapshotCreateTime>${createdAt}</SnapshotCreateTime>`
    const one = `<DBSnapshots><DBSnapshot>${snapshot}</DBSnapshot></DBSnapshots>`
    response.writeHead(200, { 'content-type': 'text/xml' })
    response.end(`<${action}Response><${action}Result>${one}</${action}Result></${action}Response>`)
  })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return { client: new RDSClient({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 }), actions }
}

test('a snapshot is taken, waited for, and answered as a receipt', async () => {
  const { client, actions } = await rds(['creating', 'creating', 'available'])
  expect(await takeSnapshot(client, options)).toEqual({
    snapshot: 'appname-prod-0123456789ab',
    instance: 'appname-prod',
    status: 'available',
    release,
    createdAt,
    created: true,
  })
  expect(actions).toEqual([
    'CreateDBSnapshot appname-prod-0123456789ab',
    ...Array(3).fill('DescribeDBSnapshots appname-prod-0123456789ab'),
  ])
})

test('asked for the same release again, the snapshot that is there will do', async () => {
  const { client } = await rds(['available'], 'DBSnapshotAlreadyExists')
  expect(await takeSnapshot(client, options)).toMatchObject({ status: 'available', created: false })
})

test('a snapshot that fails, or takes too long, or may not be taken, is a problem of its own kind', async () => {
  const failed = await rds(['creating', 'failed'])
  await expect(takeSnapshot(failed.client, options)).rejects.toMatchObject({ code: 'snapshot-failed' })
  expect(failed.actions).toHaveLength(3)
  const late = await rds([])
  await expect(takeSnapshot(late.client, options)).rejects.toMatchObject({ code: 'snapshot-late' })
  const refused = await rds([], 'AccessDenied')
  await expect(takeSnapshot(refused.client, options)).rejects.toMatchObject({
    code: 'snapshot-refused',
    message: 'AccessDenied: no',
  })
})
