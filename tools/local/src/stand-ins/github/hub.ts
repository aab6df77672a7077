import type { Logger } from 'pino'
import type { Deliveries } from './events/deliver.ts'
import { reconcilePulls } from './operations/follow.ts'
import { notFound } from './refusal.ts'
import { Repository } from './state/repository.ts'

export interface Actor {
  readonly login: string
}

/** What every request needs: the repositories, the webhooks and the log. */
export class Hub {
  readonly dataDir: string
  readonly deliveries: Deliveries
  readonly log: Logger
  readonly #repositories = new Map<string, Promise<Repository | undefined>>()

  constructor(dataDir: string, deliveries: Deliveries, log: Logger) {
    this.dataDir = dataDir
    this.deliveries = deliveries
    this.log = log
  }

  /** The one object for a repository; throws a 404 refusal when there is none. */
  async repository(owner: string, name: string): Promise<Repository> {
    const key = `${owner}/${name}`
    const known = this.#repositories.get(key) ?? this.#open(owner, name)
    this.#repositories.set(key, known)
    const repository = await known.catch((error: unknown) => {
      this.#repositories.delete(key)
      throw error
    })
    if (repository) return repository
    this.#repositories.delete(key)
    throw notFound()
  }

  async #open(owner: string, name: string): Promise<Repository | undefined> {
    const repository = await Repository.open(this.dataDir, owner, name)
    if (repository) await reconcilePulls(repository)
    return repository
  }
}
