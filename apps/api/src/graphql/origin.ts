import type { ApiEnvironment } from '../config/environment.ts'

/**
 * Whether a page of this origin may open a WebSocket: CORS does not hold for those. Other clients than browsers send no
 * origin, and are let in: they could send any.
 */
export function originCheck(
  environment: Pick<ApiEnvironment, 'CORS_ORIGINS' | 'API_URL'>,
): (origin: string | undefined) => boolean {
  const allowed = new Set(
    [...environment.CORS_ORIGINS, environment.API_URL].map((url) => new URL(url).origin),
  )
  return (origin) => origin === undefined || allowed.has(origin)
}
