import { askForEvents } from './graphql-request.ts'

/** One thing that a user of the released product relies on. */
export interface SmokeStep {
  name: string
  run: () => Promise<string>
}

/** Ready, a query, and the page, all by their public addresses. Each step answers what it saw. */
export function smokeSteps(urls: { app: string; api: string }): SmokeStep[] {
  return [
    {
      name: 'api is ready',
      run: async () => {
        const response = await get(urls.api, '/health/ready')
        if (response.status !== 200)
          throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`)
        return `release ${response.headers.get('x-appname-version')}`
      },
    },
    {
      name: 'api answers a query',
      run: async () => `${(await askForEvents(urls.api)).events.length} events`,
    },
    {
      name: 'page is served',
      run: async () => {
        const response = await get(urls.app, '/')
        if (response.status !== 200) throw new Error(`HTTP ${response.status} from /`)
        const type = response.headers.get('content-type') ?? 'no type'
        if (!type.startsWith('text/html')) throw new Error(`/ is ${type}, not a page`)
        return `release ${response.headers.get('x-appname-version')}`
      },
    },
  ]
}

function get(base: string, path: string): Promise<Response> {
  return fetch(new URL(path, base), { signal: AbortSignal.timeout(10_000) })
}
