import { subscribe } from 'node:diagnostics_channel'
import type { Server, ServerResponse } from 'node:http'
import { logger } from './logger.ts'

/** Longest time for requests in flight, as in the api; Kubernetes kills at 60 s (terminationGracePeriodSeconds). */
const forcedAfterMs = 45_000

type Exchange = { readonly response: ServerResponse; readonly server: Server }

/**
 * Completes what Next.js does on SIGTERM, which is to stop accepting, wait until every connection has ended, and exit with 143.
 *
 * - A load balancer keeps its connections open for a minute after their last response, and Next.js would wait for all of them: so every
 *   response from now on says `connection: close`, also those that were already in flight.
 * - A stop that was asked for and went well is a success: with 143 every rollout would list its old containers as failed.
 */
export const prepareShutdown = (): void => {
  const inFlight = new Set<ServerResponse>()
  let stopping = false

  subscribe('http.server.request.start', (message) => {
    const { response } = message as Exchange
    inFlight.add(response)
    response.once('close', () => inFlight.delete(response))
    if (stopping) closeAfter(response)
  })
  subscribe('http.server.response.finish', (message) => {
    const { server } = message as Exchange
    // For a response whose headers had been sent before the signal.
    if (stopping) setImmediate(() => server.closeIdleConnections())
  })
  process.once('SIGTERM', () => {
    stopping = true
    logger().info({ inFlight: inFlight.size }, 'SIGTERM: finishing the requests in flight')
    for (const response of inFlight) closeAfter(response)
    process.once('exit', (code) => {
      if (code === 143) process.exitCode = 0
    })
    setTimeout(() => {
      logger().error(
        { inFlight: inFlight.size },
        `requests still in flight after ${forcedAfterMs} ms: stopping anyway`,
      )
      process.exit(1)
    }, forcedAfterMs).unref()
  })
}

const closeAfter = (response: ServerResponse): void => {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
