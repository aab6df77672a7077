import type { ApiEnvironment } from '../config/environment.ts'
import { maximumPage } from '../events/service.ts'

/** What one document may hold. Fragments count where they are used. */
export interface DocumentLimits {
  /** Fields within fields. */
  depth: number
  /** What it costs to answer; `measure.ts` says how it is counted. */
  complexity: number
  aliases: number
  directives: number
  /** Words and marks of the text; a longer one is not read to its end. Bounds how deep reading can recurse, too. */
  tokens: number
  introspection: boolean
}

const production: DocumentLimits = {
  depth: 7,
  complexity: 1_000,
  aliases: 15,
  directives: 20,
  tokens: 2_000,
  introspection: false,
}

const development: DocumentLimits = {
  depth: 15,
  complexity: 5_000,
  aliases: 50,
  directives: 50,
  tokens: 2_000,
  introspection: true,
}

/** Depth and complexity are the roadmap's (1.5). Tests run under production's. */
export function documentLimits(environment: Pick<ApiEnvironment, 'NODE_ENV'>): DocumentLimits {
  return environment.NODE_ENV === 'development' ? development : production
}

/** How many entries a list is taken to have. */
export const listSizes = {
  /** Of a list without an argument `first`. */
  assumed: 10,
  /** No list answers more, whatever `first` says. */
  maximum: maximumPage,
}
