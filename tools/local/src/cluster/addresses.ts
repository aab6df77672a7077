import { facts } from '../facts.ts'

/** Addresses inside the cluster's own network namespace: the same in every cluster, because nothing of it is visible outside. */
export const addresses = {
  node: '10.77.0.1',
  github: '10.77.0.2',
  registry: '10.77.0.3',
  serviceRange: '10.96.0.0/16',
  podRange: '10.244.0.0/24',
  bridge: '10.244.0.1',
  kubernetes: '10.96.0.1',
  dns: '10.96.0.10',
  alb: '10.96.0.30',
  aws: '10.96.0.40',
  redis: { prod: '10.96.0.50', dev: '10.96.0.51', stage: '10.96.0.52' },
  postgres: '10.96.0.60',
} as const

/** The names under which production's services are reached, and what answers for them here. */
export const names = {
  github: ['github.com', 'api.github.com'],
  aws: ['secretsmanager', 'sts', 'rds', 's3'].map((service) => `${service}.${facts.region}.amazonaws.com`),
  redis: facts.redis,
  /** Every host below it is answered by the ALB stand-in. */
  domain: facts.domain,
} as const

/** What a port on the host's loopback leads to, inside the cluster. */
export const forwards = {
  kubernetes: { host: addresses.node, port: 6443 },
  registry: { host: addresses.registry, port: 5000 },
  github: { host: addresses.github, port: 80 },
  http: { host: addresses.alb, port: 80 },
  https: { host: addresses.alb, port: 443 },
} as const

export type ForwardName = keyof typeof forwards
export type Ports = Readonly<Record<ForwardName, number>>
