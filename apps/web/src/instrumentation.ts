import type { Instrumentation } from 'next'

/** Called by Next.js once, before the server answers its first request. */
export const register = async (): Promise<void> => {
  // Also compiled for the edge runtime, which has no process to stop: hence the import inside the branch.
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { start } = await import('./start.ts')
  start()
}

/** Called by Next.js for every error that a page, route or proxy did not expect. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { logger } = await import('./logger.ts')
  logger().error(
    { err: error, method: request.method, path: request.path, route: context.routePath },
    'request failed',
  )
}
