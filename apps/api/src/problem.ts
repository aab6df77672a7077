/** What went wrong, where, and what to do about it; printed as one line, without a stack trace. */
export class Problem extends Error {
  readonly code: string
  readonly where: string
  readonly remedy: string

  constructor(facts: { code: string; what: string; where: string; remedy: string; cause?: unknown }) {
    super(facts.what, { cause: facts.cause })
    this.name = 'Problem'
    this.code = facts.code
    this.where = facts.where
    this.remedy = facts.remedy
  }
}

/** The text of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ')
  }
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/** One line for a person: `code: what (where): remedy`. */
export function describeProblem(error: unknown): string {
  if (error instanceof Problem) return `${error.code}: ${error.message} (${error.where}): ${error.remedy}`
  return `unexpected: ${messageOf(error)}: set DEBUG=1 for the stack trace`
}

/**
 * Runs a program's main function. A number that it answers is the exit code, and the process ends at once, whatever timers a
 * library left behind; without one it goes on, as servers do. An error becomes one line on stderr (with DEBUG set, its stack
 * too) and exit code 1.
 */
export async function runProgram(main: () => Promise<number | undefined>): Promise<void> {
  try {
    const code = await main()
    if (code !== undefined) process.exit(code)
  } catch (error) {
    process.stderr.write(`${describeProblem(error)}\n`)
    if (process.env.DEBUG) console.error(error)
    process.exit(1)
  }
}
