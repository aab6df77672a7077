import { readEnvironment } from './config/environment.ts'
import { retry } from './operations/retry.ts'
import { smokeSteps } from './operations/smoke.ts'
import { messageOf, Problem, runProgram } from './problem.ts'

await runProgram(async () => {
  const { APP_URL, API_URL } = readEnvironment('smoke')
  for (const { name, run } of smokeSteps({ app: APP_URL, api: API_URL })) {
    const saw = await retry(run, {
      times: 12,
      pause: 2_500,
      onFailure: (error, attempt) =>
        process.stderr.write(`${name}: attempt ${attempt}: ${messageOf(error)}\n`),
    }).catch((cause: unknown) => {
      throw new Problem({
        code: 'smoke-failed',
        what: `"${name}" does not hold: ${messageOf(cause)}`,
        where: name.startsWith('page') ? APP_URL : API_URL,
        remedy: 'see the logs of the component that serves it',
        cause,
      })
    })
    console.log(`${name}: ${saw}`)
  }
  return 0
})
