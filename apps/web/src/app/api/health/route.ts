import { environment } from '../../../environment.ts'

export const dynamic = 'force-dynamic'

/**
 * Liveness and readiness of this process alone. It does not ask the API: a Pod that is taken out of service because another component is
 * away would turn a page with a message into no page at all.
 */
export const GET = (): Response =>
  Response.json(
    { status: 'ok', version: environment().APP_VERSION },
    { headers: { 'cache-control': 'no-store' } },
  )
