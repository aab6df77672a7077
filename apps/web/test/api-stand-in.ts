import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one GraphQL request; `query` is what the web asked. */
export type Answer = (response: ServerResponse, query: string) => void

export type ApiStandIn = {
  /** Base URL without a trailing slash. */
  readonly url: string
  /** What to do with the requests from now on. */
  answer: Answer
  /** The queries received so far. */
  readonly queries: string[]
  readonly close: () => Promise<void>
}

/** Answers with `status` and `body` as JSON after `delayMs`. */
export const json =
  (body: unknown, { status = 200, delayMs = 0 } = {}): Answer =>
  (response) => {
    setTimeout(
      () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      delayMs,
    )
  }

/** A GraphQL server on a free loopback port that says what the test tells it to say. */
export const startApiStandIn = async (answer: Answer): Promise<ApiStandIn> => {
  const queries: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string }
    queries.push(query)
    standIn.answer(response, query)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const standIn: ApiStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    queries,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return standIn
}

export const twoEvents = {
  data: {
    events: [
      {
        id: '1',
        title: 'GitOps evening',
        startsAt: '2027-01-14T18:00:00.000Z',
        seatsLeft: 12,
        venue: { name: 'Harbour Hall' },
      },
      {
        id: '2',
        title: 'Queues & <script>alert(1)</script>',
        startsAt: '2027-02-01T18:30:00.000+01:00',
        seatsLeft: 0,
        venue: { name: 'Old Mill' },
      },
    ],
  },
}
