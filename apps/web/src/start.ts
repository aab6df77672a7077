import { EnvironmentError, environment } from './environment.ts'
import { logger } from './logger.ts'
import { prepareShutdown } from './shutdown.ts'

/** Checks the environment (prints every problem at once and exits with 1) and decides how the process ends. */
export const start = (): void => {
  try {
    const { APP_URL, API_URL } = environment()
    logger().info({ appUrl: APP_URL, apiUrl: API_URL }, 'starting')
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  prepareShutdown()
}
