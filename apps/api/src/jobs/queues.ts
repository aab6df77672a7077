import { Queue } from 'bullmq'
import { impatientRedisOptions, type RedisEnvironment } from '../redis.ts'
import { withTimeout } from '../timeout.ts'

export const queueNames = ['reminders', 'feedback', 'audit-archive'] as const
export type QueueName = (typeof queueNames)[number]

/** What a job of these queues says: look after one booking, or look for everything that is due. */
export type JobName = 'booking' | 'sweep'
export type JobData = { bookingId?: string }

const enqueueTimeout = 2_000

export interface Queues {
  /**
   * Asks the workers to look after a new booking. Adding the same booking twice makes one job.
   * @throws when Redis does not take the jobs within two seconds; the workers' sweep then finds the booking instead.
   */
  bookingMade(bookingId: string): Promise<void>
  /** The queues that this process adds to, for what only looks at them. */
  all: readonly Queue<JobData, unknown, JobName>[]
  close(): Promise<void>
}

const keepForInspection = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 24 * 3_600 },
}

/** The producing side. `onError` hears connection errors, which are retried for ever. */
export function createQueues(environment: RedisEnvironment, onError: (error: Error) => void): Queues {
  const queues = (['reminders', 'feedback'] as const).map((name) => {
    const queue = new Queue<JobData, void, JobName>(name, {
      connection: impatientRedisOptions(environment),
      prefix: environment.REDIS_PREFIX,
      defaultJobOptions: keepForInspection,
    })
    queue.on('error', onError)
    return queue
  })
  return {
    all: queues,
    async bookingMade(bookingId) {
      const added = Promise.all(
        queues.map((queue) => queue.add('booking', { bookingId }, { jobId: `booking-${bookingId}` })),
      )
      await withTimeout(added, enqueueTimeout, 'Redis did not take the jobs')
    },
    async close() {
      await Promise.all(queues.map(closeQueue))
    },
  }
}

/** Closing says goodbye to Redis, which may be what is down: then the connection is cut. */
async function closeQueue(queue: Queue<JobData, void, JobName>): Promise<void> {
  await withTimeout(queue.close(), enqueueTimeout, 'Redis did not answer').catch(() => queue.disconnect())
}
