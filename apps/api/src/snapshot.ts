import { RDSClient } from '@aws-sdk/client-rds'
import { readEnvironment } from './config/environment.ts'
import { takeSnapshot } from './operations/snapshot.ts'
import { runProgram } from './problem.ts'

await runProgram(async () => {
  const environment = readEnvironment('snapshot')
  const receipt = await takeSnapshot(new RDSClient({ region: environment.AWS_REGION }), {
    region: environment.AWS_REGION,
    instance: environment.DB_INSTANCE_IDENTIFIER,
    release: environment.APP_VERSION,
    wait: 25 * 60_000,
    pause: 5_000,
  })
  console.log(JSON.stringify(receipt))
  return 0
})
