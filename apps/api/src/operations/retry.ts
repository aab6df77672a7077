import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Calls `attempt` until it answers, `times` times at most with `pause` milliseconds between, and only while each error
 * `isWorthwhile` waiting for.
 * @throws the last attempt's error
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  options: {
    times: number
    pause: number
    isWorthwhile?: (error: unknown) => boolean
    onFailure?: (error: unknown, attempt: number) => void
  },
): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt()
    } catch (error) {
      options.onFailure?.(error, count)
      if (count >= options.times || options.isWorthwhile?.(error) === false) throw error
      await sleep(options.pause)
    }
  }
}
