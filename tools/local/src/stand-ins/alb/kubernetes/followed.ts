import {
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type ObjectCache,
} from '@kubernetes/client-node'

const RETRY_MILLISECONDS = 1000

/** One kind of object, listed once and then watched; a lost connection is taken up again. */
export class Followed<T extends KubernetesObject> {
  readonly #informer: Informer<T> & ObjectCache<T>
  readonly #listed: Promise<void>

  constructor(
    config: KubeConfig,
    path: string,
    log: (line: string) => void,
    list: () => Promise<KubernetesListObject<T>>,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#listed = promise
    this.#informer = makeInformer(config, path, async () => {
      const found = await list()
      // The informer takes the objects in right after this returns.
      setImmediate(resolve)
      return found
    })
    this.#informer.on('error', (error: unknown) => {
      log(`cannot follow ${path}, trying again: ${error instanceof Error ? error.message : String(error)}`)
      setTimeout(() => void this.#informer.start(), RETRY_MILLISECONDS)
    })
  }

  /** Calls `onChange` for every change from now on; resolves when the first list is in. */
  async follow(onChange: () => void): Promise<void> {
    this.#informer.on('change', onChange)
    void this.#informer.start()
    await this.#listed
  }

  list(): T[] {
    return [...this.#informer.list()]
  }
}
