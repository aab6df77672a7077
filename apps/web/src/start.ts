import { EnvironmentError, environment } from './environment.ts'
import { logger } from './logger.ts'

/** Checks the environment (prints every problem and exits with 1) and decides how the process ends. */
export const start = (): void => {
  try {
    const { APP_URL, API_URL } = environment()
    logger().info({ appUrl: APP_URL, apiUrl: API_URL }, 'starting')
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  exitCleanlyOnSigterm()
}

/**
 * Next.js itself stops accepting, finishes what is in flight and then exits with 143, as if killed by the signal. A stop that was asked
 * for and went well is a success: with 143 every rollout would list terminated containers as failed.
 */
const exitCleanlyOnSigterm = (): void => {
  process.once('SIGTERM', () => {
    logger().info('SIGTERM: finishing requests in flight')
    process.once('exit', (code) => {
      if (code === 143) process.exitCode = 0
    })
  })
}
