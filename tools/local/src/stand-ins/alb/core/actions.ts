import { z } from 'zod'
import type { FixedResponse, HeaderMatch, Redirect } from './model.ts'
import { type Annotations, InvalidAnnotation, jsonAnnotation } from './settings.ts'

/** A target group as an annotation names it: a Service of the Ingress's namespace and one of its ports. */
export interface ForwardTarget {
  readonly service: string
  readonly port: string
  readonly weight: number
}

export type AnnotatedAction =
  | { readonly kind: 'forward'; readonly targets: readonly ForwardTarget[] }
  | FixedResponse
  | Redirect

const text = z.union([z.string(), z.number()]).transform(String)

const forwardTarget = z.object({
  servicename: z.string(),
  serviceport: text,
  weight: z.int().min(0).max(999).optional(),
})

const annotatedAction = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('forward'),
    forwardconfig: z.object({ targetgroups: z.array(forwardTarget).min(1) }),
  }),
  z.object({
    type: z.literal('fixed-response'),
    fixedresponseconfig: z.object({
      statuscode: text,
      contenttype: z.string().default('text/plain'),
      messagebody: z.string().default(''),
    }),
  }),
  z.object({
    type: z.literal('redirect'),
    redirectconfig: z.object({
      statuscode: z.enum(['HTTP_301', 'HTTP_302']),
      protocol: z.string().default('#{protocol}'),
      host: z.string().default('#{host}'),
      port: z.string().default('#{port}'),
      path: z.string().default('/#{path}'),
      query: z.string().default('#{query}'),
    }),
  }),
])

const conditions = z.array(
  z.object({
    field: z.literal('http-header'),
    httpheaderconfig: z.object({ httpheadername: z.string(), values: z.array(z.string()).min(1) }),
  }),
)

/**
 * The action that `actions.<name>` describes, or undefined when there is no such annotation.
 * Field names count in any case: Go reads them so, and Argo Rollouts writes them capitalised.
 * Throws InvalidAnnotation.
 */
export function annotatedActionOf(annotations: Annotations, name: string): AnnotatedAction | undefined {
  const value = jsonAnnotation(annotations, `actions.${name}`)
  if (value === undefined) return undefined
  const action = check(annotatedAction, value, `actions.${name}`)
  switch (action.type) {
    case 'forward': {
      const targets = action.forwardconfig.targetgroups.map((group) => ({
        service: group.servicename,
        port: group.serviceport,
        weight: group.weight ?? 1,
      }))
      return { kind: 'forward', targets }
    }
    case 'fixed-response': {
      const config = action.fixedresponseconfig
      return {
        kind: 'fixed',
        status: Number(config.statuscode),
        contentType: config.contenttype,
        body: config.messagebody,
      }
    }
    case 'redirect': {
      const { statuscode, ...rest } = action.redirectconfig
      return { kind: 'redirect', status: statuscode === 'HTTP_301' ? 301 : 302, ...rest }
    }
  }
}

/** Header conditions of `conditions.<name>`; none when absent. Throws InvalidAnnotation, also for other kinds of condition. */
export function headerMatches(annotations: Annotations, name: string): HeaderMatch[] {
  const value = jsonAnnotation(annotations, `conditions.${name}`)
  if (value === undefined) return []
  return check(conditions, value, `conditions.${name}`).map((condition) => ({
    name: condition.httpheaderconfig.httpheadername,
    values: condition.httpheaderconfig.values,
  }))
}

function check<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const result = schema.safeParse(lowerCaseKeys(value))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new InvalidAnnotation(`${name}: ${issue?.path.join('.')}: ${issue?.message}`)
}

function lowerCaseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCaseKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key.toLowerCase(), lowerCaseKeys(field)]),
  )
}
