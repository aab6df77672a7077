import { graphqlError } from './schema.ts'

export interface ConnectionArgs {
  readonly first?: number | null
  readonly last?: number | null
  readonly after?: string | null
}

/** A page of a list: `first` (at most 100) after a cursor, or `last`. GitHub insists on one of them. */
export function connection<T>(items: readonly T[], args: ConnectionArgs) {
  const size = args.first ?? args.last
  if (size === undefined || size === null) {
    throw graphqlError('MISSING_PAGINATION_BOUNDARIES', 'You must provide a `first` or `last` value')
  }
  if (size < 1 || size > 100)
    throw graphqlError('EXCESSIVE_PAGINATION', 'A page has between 1 and 100 records')
  const start = args.after ? Number(Buffer.from(args.after, 'base64').toString()) : 0
  const from = args.first ? start : Math.max(0, items.length - size)
  const nodes = items.slice(from, from + size)
  const cursor = (index: number) => Buffer.from(String(index)).toString('base64')
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursor(from + index + 1) })),
    totalCount: items.length,
    pageInfo: {
      hasNextPage: from + nodes.length < items.length,
      hasPreviousPage: from > 0,
      startCursor: nodes.length > 0 ? cursor(from + 1) : null,
      endCursor: nodes.length > 0 ? cursor(from + nodes.length) : null,
    },
  }
}
