import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The numbers one process counts; names and labels as the roadmap's 4.4 gives them. */
export function createMetrics(labels: { component: string; version: string }) {
  const registry = new Registry()
  registry.setDefaultLabels(labels)
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    httpRequestDuration: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of HTTP requests by route (not by path), in seconds',
      labelNames: ['method', 'path', 'status'] as const,
      buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5],
      registers,
    }),
    resolverDuration: new Histogram({
      name: 'graphql_resolver_duration_seconds',
      help: 'Duration of GraphQL resolvers by type and field of the schema, in seconds',
      labelNames: ['type', 'field', 'success'] as const,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5],
      registers,
    }),
    graphqlErrors: new Counter({
      name: 'graphql_errors_total',
      help: 'GraphQL errors by operation type and error code',
      labelNames: ['type', 'code'] as const,
      registers,
    }),
    databaseQueryDuration: new Histogram({
      name: 'db_query_duration_seconds',
      help: 'Duration of database statements by their first word, in seconds',
      labelNames: ['operation'] as const,
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    redisOperationDuration: new Histogram({
      name: 'redis_operation_duration_seconds',
      help: 'Duration of Redis commands, in seconds; blocking commands are left out, their duration is their wait',
      labelNames: ['command'] as const,
      buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    webSocketConnections: new Gauge({
      name: 'ws_connections_active',
      help: 'WebSocket connections that are open now',
      registers,
    }),
    jobs: new Counter({
      name: 'bullmq_jobs_total',
      help: 'Jobs by queue and outcome (completed, failed)',
      labelNames: ['queue', 'status'] as const,
      registers,
    }),
    jobDuration: new Histogram({
      name: 'bullmq_job_duration_seconds',
      help: 'Duration of jobs, in seconds',
      labelNames: ['queue'] as const,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
