import {
  CoreV1Api,
  DiscoveryV1Api,
  type KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1EndpointSlice,
  type V1Ingress,
  type V1Service,
} from '@kubernetes/client-node'
import type { Snapshot } from '../core/build.ts'
import { Followed } from './followed.ts'

/** Follows the Ingresses, Services and EndpointSlices of every namespace, and writes Ingress status. */
export class Cluster {
  readonly #networking: NetworkingV1Api
  readonly #ingresses: Followed<V1Ingress>
  readonly #services: Followed<V1Service>
  readonly #endpointSlices: Followed<V1EndpointSlice>

  constructor(config: KubeConfig, log: (line: string) => void) {
    const core = config.makeApiClient(CoreV1Api)
    const discovery = config.makeApiClient(DiscoveryV1Api)
    const networking = config.makeApiClient(NetworkingV1Api)
    this.#networking = networking
    this.#ingresses = new Followed(config, '/apis/networking.k8s.io/v1/ingresses', log, () =>
      networking.listIngressForAllNamespaces(),
    )
    this.#services = new Followed(config, '/api/v1/services', log, () => core.listServiceForAllNamespaces())
    this.#endpointSlices = new Followed(config, '/apis/discovery.k8s.io/v1/endpointslices', log, () =>
      discovery.listEndpointSliceForAllNamespaces(),
    )
  }

  /** Starts following; `onChange` is called for every change from then on. Resolves when the first lists are in. */
  async follow(onChange: () => void): Promise<void> {
    await Promise.all(
      [this.#ingresses, this.#services, this.#endpointSlices].map((each) => each.follow(onChange)),
    )
  }

  snapshot(): Snapshot {
    return {
      ingresses: this.#ingresses.list(),
      services: this.#services.list(),
      endpointSlices: this.#endpointSlices.list(),
    }
  }

  /** Says where the Ingress is served. Argo CD calls an Ingress healthy only then. */
  async publishHostname(ingress: V1Ingress, hostname: string): Promise<void> {
    const { name = '', namespace = '' } = ingress.metadata ?? {}
    await this.#networking.patchNamespacedIngressStatus(
      { name, namespace, body: { status: { loadBalancer: { ingress: [{ hostname }] } } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    )
  }
}
