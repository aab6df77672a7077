import { Redis } from 'ioredis'
import { auditArchiveHandlers } from './audit/archive.ts'
import { readEnvironment, type WorkerEnvironment } from './config/environment.ts'
import { createDatabase } from './database.ts'
import { feedbackHandlers } from './feedback/feedback.ts'
import { checkLimit, standardChecks } from './health/standard.ts'
import { queueNames } from './jobs/queues.ts'
import { type JobHandlers, type RunningWorker, startWorker } from './jobs/worker.ts'
import { migrationsFolder } from './migrations/folder.ts'
import { createLogger } from './observability/log.ts'
import { createMetrics } from './observability/metrics.ts'
import { timeRedisCommands } from './observability/redis-metrics.ts'
import { buildOperationsServer } from './operations-server.ts'
import { Problem, runProgram } from './problem.ts'
import { impatientRedisOptions } from './redis.ts'
import { remindersHandlers } from './reminders/reminders.ts'
import { shutDownOnSignals, shutdownLimits } from './shutdown.ts'

function handlersOf(queue: string | undefined, environment: WorkerEnvironment): JobHandlers {
  const known = [
    remindersHandlers,
    feedbackHandlers,
    auditArchiveHandlers(environment.AUDIT_ARCHIVE_INTERVAL_MS),
  ]
  const found = known.find((handlers) => handlers.queue === queue)
  if (found !== undefined) return found
  throw new Problem({
    code: 'worker-queue',
    what: queue === undefined ? 'no queue is named' : `there is no queue "${queue}"`,
    where: 'first argument of worker.js',
    remedy: `name one of ${queueNames.join(', ')}`,
  })
}

await runProgram(async () => {
  const environment = readEnvironment('worker')
  const handlers = handlersOf(process.argv[2], environment)
  const component = `worker-${handlers.queue}`
  const { APP_VERSION: version, LOG_LEVEL: level } = environment
  const log = createLogger({ level, version, component })
  const metrics = createMetrics({ component, version })
  const database = createDatabase(environment.DATABASE_URL, metrics)
  timeRedisCommands(metrics.redisOperationDuration)
  const redis = new Redis(impatientRedisOptions(environment))
  redis.on('error', (error) => log.warn({ err: error }, 'Redis'))

  let shuttingDown = false
  let worker: RunningWorker | undefined
  const operations = await buildOperationsServer({
    registry: metrics.registry,
    log,
    health: {
      checks: standardChecks({ database, redis, migrationsFolder: migrationsFolder() }),
      limit: checkLimit(environment),
      shuttingDown: () => shuttingDown,
    },
  })
  shutDownOnSignals({
    // Nothing is routed to a worker, so there is nobody to give time to notice.
    limits: { ...shutdownLimits(environment), drainDelay: 0 },
    log,
    becomeUnready: () => {
      shuttingDown = true
    },
    async close() {
      await worker?.close()
      redis.disconnect()
      await database.$disconnect()
      await operations.close()
    },
    // A job that is cut off is delivered again to another worker.
    abandon: () => process.exit(1),
  })
  await operations.listen({ host: environment.HOST, port: environment.METRICS_PORT })
  worker = await startWorker(handlers, { environment, database, metrics, log })
  return undefined
})
