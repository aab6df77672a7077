import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

interface Description {
  'x-webhooks': Record<string, unknown>
  paths: Record<string, Record<string, { responses: Record<string, unknown> } | undefined> | undefined>
}

const require = createRequire(import.meta.url)

/** Reads GitHub's own description of its REST API. */
function readDescription(): Description {
  const file = require.resolve('@octokit/openapi/generated/api.github.com.json')
  return JSON.parse(readFileSync(file, 'utf8')) as Description
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says `type: [..., 'null']`; ajv knows the second. */
function withoutNullable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutNullable)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutNullable(value)]))
  if (copy.nullable !== true) return copy
  const { nullable: _, ...rest } = copy
  return { anyOf: [rest, { type: 'null' }] }
}

/** Judges answers by the schema that GitHub publishes for route and status. */
export class SchemaValidator {
  readonly #description = withoutNullable(readDescription()) as Description
  readonly #ajv = new Ajv({ strict: false, allErrors: true })
  readonly #compiled = new Map<string, ValidateFunction | undefined>()
  /** What was judged: "GET /repos/{owner}/{repo} 200". */
  readonly judged = new Set<string>()

  constructor() {
    addFormats.default(this.#ajv)
    // GitHub itself answers '' for a URL that was not given.
    this.#ajv.addFormat('uri', (text: string) => text === '' || URL.canParse(text))
    this.#ajv.addSchema(this.#description, 'github')
  }

  /** Problems of one answer, empty when it is as GitHub says; an unknown route or status is a problem too. */
  problems(method: string, route: string, status: number, body: unknown): string[] {
    const key = `${method.toUpperCase()} ${route} ${status}`
    this.judged.add(key)
    const responses = this.#description.paths[route]?.[method.toLowerCase()]?.responses
    if (!responses) return [`${key}: GitHub has no such route`]
    // These may come from any route, and not every route lists them.
    const general = status === 401 || status === 403 || status === 422 || status === 404
    if (!(status in responses)) return general ? [] : [`${key}: GitHub does not answer so`]
    const validate = this.#validator(key, method.toLowerCase(), route, status)
    if (!validate) return status === 204 && body ? [`${key}: has a body`] : []
    if (validate(body)) return []
    return (validate.errors ?? []).map((error) => `${key}: ${error.instancePath} ${error.message ?? ''}`)
  }

  /** Problems of a webhook's payload; a name such as push or pull-request-opened. */
  webhookProblems(event: string, payload: Record<string, unknown>): string[] {
    const name = [event, payload.action].filter(Boolean).join('-').replaceAll('_', '-')
    if (!this.#description['x-webhooks'][name]) return [`${name}: GitHub has no such event`]
    const content = 'requestBody/content/application~1json/schema'
    const validate = this.#ajv.compile({ $ref: `github#/x-webhooks/${name}/post/${content}` })
    if (validate(payload)) return []
    return (validate.errors ?? []).map((error) => `${name}: ${error.instancePath} ${error.message ?? ''}`)
  }

  /** The route that a path such as /repos/ada/app/pulls belongs to; a route belongs to itself. */
  routeOf(path: string): string {
    if (this.#description.paths[path]) return path
    const parts = path.split('/')
    const routes = Object.keys(this.#description.paths).filter((route) => {
      const own = route.split('/')
      return (
        own.length === parts.length && own.every((part, at) => part.startsWith('{') || part === parts[at])
      )
    })
    const fewest = routes.sort((a, b) => a.split('{').length - b.split('{').length)
    return fewest[0] ?? path
  }

  #validator(key: string, method: string, route: string, status: number): ValidateFunction | undefined {
    if (this.#compiled.has(key)) return this.#compiled.get(key)
    const pointerPart = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
    const own = `paths/${pointerPart(route)}/${method}/responses/${status}`
    const response = this.#description.paths[route]?.[method]?.responses[String(status)] as Record<
      string,
      unknown
    >
    const at = typeof response.$ref === 'string' ? response.$ref.slice(2) : own
    const resolved = (at === own ? response : this.#lookUp(at)) as { content?: Record<string, unknown> }
    const json = resolved.content?.['application/json']
    const pointer = `github#/${at}/content/application~1json/schema`
    const validate = json ? this.#ajv.compile({ $ref: pointer }) : undefined
    this.#compiled.set(key, validate)
    return validate
  }

  #lookUp(pointer: string): unknown {
    const parts = pointer.split('/')
    return parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], this.#description)
  }
}
