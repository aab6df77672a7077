import type { Queue } from 'bullmq'
import { Gauge, type Registry } from 'prom-client'
import { withTimeout } from '../timeout.ts'

const scrapeLimit = 1_000

/**
 * Registers `bullmq_oldest_waiting_job_age_seconds` (queue), asked of Redis when it is scraped: for how long the job
 * that nobody has taken yet could have been taken, 0 when none waits. Without an answer of Redis a queue has no value,
 * and the other metrics are still served.
 */
export function measureOldestWaiting(registry: Registry, queues: readonly Queue[]): void {
  new Gauge({
    name: 'bullmq_oldest_waiting_job_age_seconds',
    help: 'Age of the oldest job that waits to be taken, in seconds; overdue delayed jobs count as waiting',
    labelNames: ['queue'] as const,
    registers: [registry],
    async collect() {
      const measure = async (queue: Queue) => {
        const age = oldestWaitingAge(queue, Date.now())
        this.set({ queue: queue.name }, await withTimeout(age, scrapeLimit, 'Redis did not answer'))
      }
      await Promise.all(queues.map((queue) => measure(queue).catch(() => this.remove({ queue: queue.name }))))
    },
  })
}

/** Seconds since the oldest job could have been taken; each kind of waiting answers its first job. */
async function oldestWaitingAge(queue: Queue, now: number): Promise<number> {
  const first = await queue.getJobs(['wait', 'prioritized', 'delayed'], 0, 0, true)
  const ages = first.map((job) => (now - job.timestamp - job.delay) / 1_000)
  return Math.max(0, ...ages)
}
