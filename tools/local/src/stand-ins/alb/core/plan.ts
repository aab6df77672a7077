import type { Rendered, ServerOptions } from './render.ts'

/** What takes a running HAProxy from one configuration to the next. */
export type Plan =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'update'; readonly steps: readonly Step[] }

export type Step =
  | { readonly kind: 'add'; readonly group: string; readonly server: string; readonly options: ServerOptions }
  | { readonly kind: 'drain'; readonly group: string; readonly server: string }
  | { readonly kind: 'resume'; readonly group: string; readonly server: string }
  | { readonly kind: 'weights'; readonly map: string; readonly content: string }

/**
 * Compares what runs with what is wanted. Servers and weights change in place; anything else is a reload.
 * `draining` says which servers (`group/server`) are still there but get no new requests. Servers are added before
 * others are drained, so that a replaced Pod leaves no gap.
 */
export function plan(current: Rendered, wanted: Rendered, draining: ReadonlySet<string>): Plan {
  if (current.structure !== wanted.structure) return { kind: 'reload' }
  const changes = [...wanted.servers].map(([group, servers]) =>
    serverSteps(group, current.servers.get(group) ?? new Map(), servers, draining),
  )
  // A server that came back with other options than it is draining with cannot be changed in place.
  if (changes.includes('reload')) return { kind: 'reload' }
  const serverChanges = changes.filter((each) => each !== 'reload').flat()
  const weights = Object.entries(wanted.maps)
    .filter(([map, content]) => current.maps[map] !== content)
    .map(([map, content]): Step => ({ kind: 'weights', map, content }))
  const gains = serverChanges.filter((step) => step.kind !== 'drain')
  const losses = serverChanges.filter((step) => step.kind === 'drain')
  const steps = [...gains, ...weights, ...losses]
  return steps.length === 0 ? { kind: 'nothing' } : { kind: 'update', steps }
}

function serverSteps(
  group: string,
  current: ReadonlyMap<string, ServerOptions>,
  wanted: ReadonlyMap<string, ServerOptions>,
  draining: ReadonlySet<string>,
): Step[] | 'reload' {
  const steps: Step[] = []
  for (const [server, options] of wanted) {
    const present = current.get(server)
    if (present !== undefined && present.checked !== options.checked) return 'reload'
    if (present !== undefined) continue
    steps.push(
      draining.has(`${group}/${server}`)
        ? { kind: 'resume', group, server }
        : { kind: 'add', group, server, options },
    )
  }
  for (const server of current.keys()) {
    if (!wanted.has(server)) steps.push({ kind: 'drain', group, server })
  }
  return steps
}
