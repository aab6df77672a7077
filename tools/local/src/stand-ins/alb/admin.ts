import { createServer, type Server } from 'node:http'
import type { Balancer } from './balancer.ts'

export interface TargetState {
  readonly id: string
  readonly pod?: string
  /** `draining`: finishes what it has. `unhealthy`: fails its health check. */
  readonly state: 'healthy' | 'unhealthy' | 'draining'
  readonly currentSessions: number
  /** Requests it was sent since HAProxy was last reloaded. */
  readonly requests: number
}

export interface State {
  readonly problems: Balancer['model']['problems']
  readonly rules: Balancer['model']['rules']
  readonly targetGroups: readonly {
    readonly id: string
    readonly requests: number
    readonly targets: readonly TargetState[]
  }[]
  readonly reloads: number
  readonly updates: number
}

/** What the load balancer is doing right now, with HAProxy's own counters. */
export async function readState(balancer: Balancer): Promise<State> {
  const rows = await balancer.haproxy.runtime.statistics()
  const sum = (group: string, server: string, column: string): number =>
    rows
      .filter((row) => [group, `${group}.open`].includes(row.pxname ?? '') && row.svname === server)
      .reduce((total, row) => total + Number(row[column] ?? 0), 0)
  const targetGroups = balancer.model.targetGroups.map((group) => {
    const counted = (id: string): Pick<TargetState, 'currentSessions' | 'requests'> => ({
      currentSessions: sum(group.id, id, 'scur'),
      requests: sum(group.id, id, 'stot'),
    })
    const up = (id: string): boolean =>
      rows.some((row) => row.pxname === group.id && row.svname === id && row.status?.startsWith('UP'))
    const registered = group.targets.map(
      ({ id, pod }): TargetState => ({
        id,
        ...(pod === undefined ? {} : { pod }),
        state: up(id) ? 'healthy' : 'unhealthy',
        ...counted(id),
      }),
    )
    const leaving = balancer.draining
      .filter((each) => each.group === group.id)
      .map(({ server }): TargetState => ({ id: server, state: 'draining', ...counted(server) }))
    const requests = sum(group.id, 'BACKEND', 'stot')
    return { id: group.id, requests, targets: [...registered, ...leaving] }
  })
  const { problems, rules } = balancer.model
  return { problems, rules, targetGroups, ...balancer.counts }
}

/**
 * GET /healthz: HAProxy answers. /readyz: the cluster's rules are in force as well. /state: see State.
 */
export function adminServer(balancer: Balancer, isReady: () => boolean): Server {
  return createServer((request, response) => {
    const send = (status: number, body: string, type = 'text/plain'): void => {
      response.writeHead(status, { 'content-type': type }).end(`${body}\n`)
    }
    const answer = async (): Promise<void> => {
      if (request.url === '/state')
        return send(200, JSON.stringify(await readState(balancer), null, 2), 'application/json')
      if (request.url === '/readyz' && !isReady()) return send(503, 'rules are not in force yet')
      if (request.url !== '/healthz' && request.url !== '/readyz') return send(404, 'not found')
      await balancer.haproxy.runtime.pid()
      send(200, 'ok')
    }
    answer().catch((error: Error) => send(503, error.message))
  })
}
