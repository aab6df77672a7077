import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Mutex } from 'async-mutex'
import { type RepositoryState, repositoryState } from './schema.ts'

/** Now, as the API writes instants: RFC 3339, UTC, whole seconds. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Whether owner and name are such that they can only be one folder name each. */
export function isRepositoryName(part: string): boolean {
  return /^[A-Za-z0-9_.-]{1,100}$/.test(part) && part !== '.' && part !== '..' && !part.startsWith('-')
}

/** One repository: its bare git directory and its state file. Only one process may hold it at a time. */
export class Repository {
  readonly owner: string
  readonly name: string
  readonly gitDir: string
  readonly #file: string
  readonly #mutex = new Mutex()
  #state: RepositoryState

  private constructor(dataDir: string, owner: string, name: string, state: RepositoryState) {
    this.owner = owner
    this.name = name
    this.gitDir = gitDirectory(dataDir, owner, name)
    this.#file = stateFile(dataDir, owner, name)
    this.#state = state
  }

  /** Reads a repository from the data directory; undefined when there is none. Throws on a damaged state file. */
  static async open(dataDir: string, owner: string, name: string): Promise<Repository | undefined> {
    if (!isRepositoryName(owner) || !isRepositoryName(name)) return undefined
    const file = stateFile(dataDir, owner, name)
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const parsed = repositoryState.safeParse(JSON.parse(text))
    if (!parsed.success) throw new Error(`${file} is not a repository's state: ${parsed.error.message}`)
    return new Repository(dataDir, owner, name, parsed.data)
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`
  }

  get state(): Readonly<RepositoryState> {
    return this.#state
  }

  /**
   * Runs one change after the other. The state is written (to a temporary file, then renamed) when the work
   * resolves; when it throws, the state in memory is as it was before.
   */
  async change<T>(work: (state: RepositoryState) => Promise<T> | T): Promise<T> {
    return this.#mutex.runExclusive(async () => {
      const before = JSON.stringify(this.#state)
      const draft: RepositoryState = JSON.parse(before)
      const result = await work(draft)
      const after = JSON.stringify(draft)
      if (after !== before) {
        await writeState(this.#file, draft)
        this.#state = draft
      }
      return result
    })
  }
}

/** Where a repository's git directory is. */
export function gitDirectory(dataDir: string, owner: string, name: string): string {
  return join(dataDir, owner, `${name}.git`)
}

/** Where a repository's state file is. */
export function stateFile(dataDir: string, owner: string, name: string): string {
  return join(dataDir, owner, `${name}.json`)
}

/** Writes the state so that a reader, or a crash, sees the old or the new file and nothing between. */
export async function writeState(file: string, state: RepositoryState): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(state, null, 1)}\n`)
  await rename(temporary, file)
}
