import type { V1EndpointSlice } from '@kubernetes/client-node'
import type { Target } from './model.ts'

const SERVICE_LABEL = 'kubernetes.io/service-name'

/**
 * Endpoints of a Service port that should get new requests: ready, and not on their way out. A Service port and its
 * EndpointSlice port share the name (undefined and '' are the same).
 */
export function readyTargets(
  slices: readonly V1EndpointSlice[],
  namespace: string,
  service: string,
  portName: string | undefined,
): Target[] {
  const found = new Map<string, Target>()
  for (const slice of slices) {
    if (slice.metadata?.namespace !== namespace || slice.metadata.labels?.[SERVICE_LABEL] !== service)
      continue
    if (slice.addressType !== 'IPv4') continue
    const port = slice.ports?.find((each) => (each.name ?? '') === (portName ?? ''))?.port
    if (port === undefined) continue
    for (const endpoint of slice.endpoints ?? []) {
      const { ready, terminating } = endpoint.conditions ?? {}
      const address = endpoint.addresses[0]
      if (ready === false || terminating === true || address === undefined) continue
      const id = `${address}:${port}`
      const pod = endpoint.targetRef?.name
      found.set(id, { id, address, port, ...(pod === undefined ? {} : { pod }) })
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
