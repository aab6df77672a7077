/** Exit codes of every command; the table in docs and `--help` is written from this. */
export const exitCodes = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  refused: 3,
  timedOut: 4,
  nothingToDo: 5,
  waiting: 6,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/**
 * The one error of this package: something a person must know and can act on.
 * `code` is stable and for machines, `message` says what and where in one line, `remedy` what to do now.
 */
export class PromoteError extends Error {
  readonly code: string
  readonly remedy: string
  readonly exitCode: ExitCode

  constructor(fields: {
    code: string
    message: string
    remedy: string
    exitCode?: ExitCode
    cause?: unknown
  }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'PromoteError'
    this.code = fields.code
    this.remedy = fields.remedy
    this.exitCode = fields.exitCode ?? exitCodes.failed
  }
}
