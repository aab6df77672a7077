/** Exit codes of `npm run check`. */
export const exitCodes = { ok: 0, findings: 1, usage: 2 } as const

/** Something outside the manifests failed (a missing program, a broken download, wrong use). */
export class CheckError extends Error {
  readonly code: string
  readonly remedy: string
  readonly exitCode: number

  constructor(code: string, message: string, remedy: string, exitCode: number = exitCodes.usage) {
    super(message)
    this.name = 'CheckError'
    this.code = code
    this.remedy = remedy
    this.exitCode = exitCode
  }
}
