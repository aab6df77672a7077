import { type Job, Queue, Worker } from 'bullmq'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../database.ts'
import type { Metrics } from '../observability/metrics.ts'
import { measureOldestWaiting } from '../observability/queue-metrics.ts'
import { type RedisEnvironment, redisOptions } from '../redis.ts'
import type { JobData, JobName, QueueName } from './queues.ts'

/**
 * What the jobs of one queue do. Both may run twice for the same work (jobs are delivered at least once), so each must
 * leave the database as if it had run once. They answer how many rows they changed.
 */
export interface JobHandlers {
  queue: QueueName
  /** How often everything that is due is looked for, in milliseconds. */
  sweepEvery: number
  /** Looks after one new booking. */
  booking?: (database: Database, bookingId: string, now: Date) => Promise<number>
  /** Looks for everything that is due, including what a lost job should have done. */
  sweep: (database: Database, now: Date) => Promise<number>
}

export interface RunningWorker {
  /** Resolves when Redis answers. */
  ready(): Promise<unknown>
  /** Takes no new job, waits for the running ones, closes the connections. */
  close(): Promise<void>
}

/** Runs the job of one queue once. */
export async function runJob(
  handlers: JobHandlers,
  database: Database,
  job: { name: JobName; data: JobData },
): Promise<number> {
  const now = new Date()
  if (job.name === 'sweep') return handlers.sweep(database, now)
  if (handlers.booking === undefined || job.data.bookingId === undefined) {
    throw new Error(`queue ${handlers.queue} has no use for a job "${job.name}"`)
  }
  return handlers.booking(database, job.data.bookingId, now)
}

/** Starts taking jobs, and plans the periodic sweep (one schedule per queue, however many workers there are). */
export async function startWorker(
  handlers: JobHandlers,
  services: { environment: RedisEnvironment; database: Database; metrics: Metrics; log: FastifyBaseLogger },
): Promise<RunningWorker> {
  const { environment, database, metrics, log } = services
  const { queue: name } = handlers
  const connection = { ...redisOptions(environment), maxRetriesPerRequest: null }
  const prefix = environment.REDIS_PREFIX

  const work = async (job: Job<JobData, number, JobName>) => {
    const stopTimer = metrics.jobDuration.startTimer({ queue: name })
    try {
      return await runJob(handlers, database, job)
    } finally {
      stopTimer()
    }
  }
  const worker = new Worker<JobData, number, JobName>(name, work, { connection, prefix, concurrency: 5 })
  const queue = new Queue<JobData, number, JobName>(name, { connection, prefix })
  worker.on('error', (error) => log.warn({ err: error }, 'worker: Redis'))
  queue.on('error', (error) => log.warn({ err: error }, 'schedule: Redis'))
  worker.on('completed', (job, changed) => {
    metrics.jobs.inc({ queue: name, status: 'completed' })
    log.info({ job: job.id, name: job.name, changed }, 'job done')
  })
  worker.on('failed', (job, error) => {
    metrics.jobs.inc({ queue: name, status: 'failed' })
    log.error({ job: job?.id, name: job?.name, attempts: job?.attemptsMade, err: error }, 'job failed')
  })
  measureOldestWaiting(metrics.registry, [queue])
  await queue.upsertJobScheduler(
    'sweep',
    { every: handlers.sweepEvery },
    { name: 'sweep', data: {}, opts: { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } } },
  )
  return {
    ready: () => worker.waitUntilReady(),
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}
