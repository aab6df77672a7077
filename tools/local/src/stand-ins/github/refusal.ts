export interface FieldError {
  readonly resource: string
  readonly field?: string
  readonly code: string
  readonly message?: string
}

/** An answer that GitHub gives instead of doing what was asked: its status code and message. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly errors: readonly FieldError[] | undefined

  constructor(status: number, message: string, errors?: readonly FieldError[]) {
    super(message)
    this.status = status
    this.errors = errors
  }
}

/** 404, also for what the caller may not see. */
export function notFound(): Refusal {
  return new Refusal(404, 'Not Found')
}

/** 422 with the field that is wrong. */
export function invalid(resource: string, field: string, message: string, code = 'custom'): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, field, code, message }])
}
