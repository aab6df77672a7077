import type { FastifyInstance } from 'fastify'
import type { Hub } from '../hub.ts'
export function pagesPlugin(_hub: Hub) {
  return async (_app: FastifyInstance): Promise<void> => {}
}
