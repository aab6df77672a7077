/** Prints what is being done on stderr, each line with the seconds since the program started. */
export function say(line: string): void {
  const seconds = Math.round(performance.now() / 1000)
  process.stderr.write(`[${String(seconds).padStart(4)} s] ${line}\n`)
}

/** Seconds that named phases took, in the order in which they ran. */
export class Phases {
  readonly seconds: Record<string, number> = {}

  /** Runs a phase and notes how long it took, also when it fails. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await work()
    } finally {
      this.seconds[name] = Math.round((performance.now() - started) / 100) / 10
    }
  }
}
