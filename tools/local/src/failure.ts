/** An expected failure: one line for people, with what to do. `DEBUG=1` adds the stack. */
export class Failure extends Error {
  override readonly name = 'Failure'
  constructor(
    message: string,
    readonly remedy?: string,
    readonly exitCode = 1,
  ) {
    super(message)
  }
}

/** Prints an error for a person and returns the exit code. */
export function report(error: unknown): number {
  if (error instanceof Failure) {
    console.error(`error: ${error.message}`)
    if (error.remedy) console.error(`  → ${error.remedy}`)
    if (process.env.DEBUG) console.error(error.stack)
    return error.exitCode
  }
  console.error(
    process.env.DEBUG ? error : `error: ${error instanceof Error ? error.message : String(error)}`,
  )
  return 1
}
