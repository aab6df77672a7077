import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql'
import type { Histogram } from 'prom-client'

type ResolverHistogram = Histogram<'type' | 'field' | 'success'>
type Resolver = GraphQLFieldResolver<unknown, unknown>

/**
 * Times every resolver that somebody wrote (roadmap 4.2). Fields without one only read a property, and there are
 * many of them: they are not timed. Of a subscription, the act of subscribing is timed.
 */
export function timeResolvers(schema: GraphQLSchema, histogram: ResolverHistogram): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      if (field.resolve) field.resolve = timed(field.resolve, type.name, field.name, histogram)
      if (field.subscribe) field.subscribe = timed(field.subscribe, type.name, field.name, histogram)
    }
  }
}

function timed(resolver: Resolver, type: string, field: string, histogram: ResolverHistogram): Resolver {
  return function timedResolver(this: unknown, ...args) {
    const stop = histogram.startTimer({ type, field })
    try {
      const result = resolver.apply(this, args)
      if (!isPromise(result)) {
        stop({ success: 'true' })
        return result
      }
      return result.then(
        (value) => {
          stop({ success: 'true' })
          return value
        },
        (error: unknown) => {
          stop({ success: 'false' })
          throw error
        },
      )
    } catch (error) {
      stop({ success: 'false' })
      throw error
    }
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
