import { readEnvironment } from './config/environment.ts'
import { checkCanary } from './operations/canary.ts'
import { runProgram } from './problem.ts'

await runProgram(async () => {
  const { TARGET_URL, EXPECTED_VERSION, REQUESTS } = readEnvironment('canaryCheck')
  const summary = await checkCanary(TARGET_URL, EXPECTED_VERSION, REQUESTS)
  console.log(JSON.stringify(summary))
  return summary.passed ? 0 : 1
})
