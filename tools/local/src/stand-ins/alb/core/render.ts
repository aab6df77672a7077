import { frontend } from './frontend.ts'
import type { ForwardAction, LoadBalancer, TargetGroup } from './model.ts'
import { dealSlots } from './shares.ts'
import { backends, serverOptions } from './target-groups.ts'

export interface RenderOptions {
  /** Folder for the configuration, maps and sockets. */
  readonly directory: string
  /** `host:port` to bind, plain and TLS. */
  readonly http: string
  readonly https: string
  /** Certificate file; its key lies beside it with the ending `.key`. */
  readonly certificate: string
}

export interface Rendered {
  /** All that needs a reload when it changes: everything but servers and weights. */
  readonly structure: string
  /** The whole configuration. */
  readonly config: string
  /** Content of the map files, by path: which slot goes to which target group. */
  readonly maps: Readonly<Record<string, string>>
  /** Target group id → server name → what follows the name in a `server` line, checked and unchecked. */
  readonly servers: ReadonlyMap<string, ReadonlyMap<string, ServerOptions>>
}

export interface ServerOptions {
  readonly checked: string
  readonly unchecked: string
}

/** Renders the load balancer as HAProxy configuration. Pure: equal models give equal text. */
export function render(balancer: LoadBalancer, options: RenderOptions): Rendered {
  const shared = sharedActions(balancer)
  const mapOf = (index: number): string => `${options.directory}/a${index}.map`
  const head = [
    ...globals(options, balancer.targetGroups),
    ...frontend(balancer, options, (action) => mapOf(shared.findIndex(({ id }) => id === action.id))),
  ]
  const servers = new Map(
    balancer.targetGroups.map((group) => [
      group.id,
      new Map(group.targets.map((target) => [target.id, serverOptions(group, target)])),
    ]),
  )
  const text = (withServers: boolean): string =>
    [
      ...head,
      ...balancer.targetGroups.flatMap((group) =>
        backends(group, withServers ? (servers.get(group.id) ?? new Map()) : new Map()),
      ),
      '',
    ].join('\n')
  const maps = Object.fromEntries(shared.map((action, index) => [mapOf(index), slotMap(action)]))
  return { structure: text(false), config: text(true), maps, servers }
}

/** Forward actions that choose between target groups, each once. */
function sharedActions(balancer: LoadBalancer): ForwardAction[] {
  const found = new Map<string, ForwardAction>()
  for (const { action } of balancer.rules) {
    if (action.kind === 'forward' && action.groups.length > 1) found.set(action.id, action)
  }
  return [...found.values()]
}

function slotMap(action: ForwardAction): string {
  return dealSlots(action.groups)
    .map((group, slot) => `${slot} ${group}\n`)
    .join('')
}

function globals(options: RenderOptions, groups: readonly TargetGroup[]): string[] {
  const longestDrain = Math.max(60, ...groups.map((group) => group.deregistrationDelaySeconds))
  const longestIdle = Math.max(60, ...groups.map((group) => group.idleTimeoutSeconds))
  return [
    'global',
    '  log stdout format raw local0',
    '  nbthread 1',
    '  maxconn 4000',
    '  # Fewer connections, where the limit of open files is low, is better than none.',
    '  no strict-limits',
    `  hard-stop-after ${longestDrain}s`,
    '  # After a reload, connections that stay idle are closed within this time, not at once in the face of a request.',
    '  close-spread-time 2s',
    '  ssl-load-extra-del-ext',
    '  ssl-default-bind-options ssl-min-ver TLSv1.2',
    `  stats socket ${options.directory}/haproxy.sock mode 600 level admin expose-fd listeners`,
    '',
    'defaults',
    '  mode http',
    '  log global',
    '  option httplog',
    '  option dontlog-normal',
    '  option splice-auto',
    '  http-reuse safe',
    '  # ALB does not retry, and gives up connecting after 10 seconds.',
    '  retries 0',
    '  timeout connect 10s',
    `  timeout client ${longestIdle}s`,
    `  timeout server ${longestIdle}s`,
    '',
    '# Counts the requests of each action that chooses between target groups.',
    'backend choices',
    '  stick-table type string len 255 size 1k store gpc0',
    '',
  ]
}
