import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { isObject, type Json, type JsonObject, type Manifest } from '../manifest.ts'
import type { ApiSchemas } from './load.ts'

/** One reason why the API server would refuse an object; `path` reads like `spec.template.spec.containers[0].image`. */
export interface SchemaProblem {
  path: string
  message: string
}

/** `unknown-kind`: nothing on our clusters serves this apiVersion and kind. */
export type SchemaVerdict = { known: false } | { known: true; problems: SchemaProblem[] }

/** Judges objects by schema; compiles a kind's schema when it first meets one. */
export class SchemaValidator {
  readonly #ajv: Ajv
  readonly #definitions = new Map<string, string>()
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor(schemas: ApiSchemas[]) {
    this.#ajv = createAjv()
    for (const { apiVersion, kinds, definitions } of schemas) {
      this.#ajv.addSchema({ $id: `k8s:${apiVersion}`, definitions })
      for (const [kind, definition] of Object.entries(kinds))
        this.#definitions.set(`${apiVersion} ${kind}`, `k8s:${apiVersion}#/definitions/${definition}`)
    }
  }

  /** Judges one object as a create request with `fieldValidation=Strict` would, as far as schemas can tell. */
  validate(manifest: Manifest): SchemaVerdict {
    const key = `${manifest.apiVersion} ${manifest.kind}`
    const reference = this.#definitions.get(key)
    if (!reference) return { known: false }
    const compiled = this.#compiled.get(key) ?? this.#ajv.compile({ $ref: reference })
    this.#compiled.set(key, compiled)
    if (compiled(manifest)) return { known: true, problems: [] }
    return { known: true, problems: explain(compiled.errors ?? [], manifest) }
  }
}

function createAjv(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    validateSchema: false,
    unicodeRegExp: false,
    inlineRefs: false,
    code: { optimize: false },
  })
  ajv.addFormat('date-time', fullFormats['date-time'])
  ajv.addFormat('byte', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)
  ajv.addKeyword({ keyword: 'quantity', validate: (_schema: boolean, value: Json) => isQuantity(value) })
  ajv.addKeyword({
    keyword: 'intOrString',
    validate: (_schema: boolean, value: Json) => isIntOrString(value),
  })
  ajv.addKeyword({ keyword: 'uniqueKeys', type: 'array', validate: checkUniqueKeys, errors: true })
  return ajv
}

const quantityText = /^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/

function isQuantity(value: Json): boolean {
  return typeof value === 'number' || (typeof value === 'string' && quantityText.test(value))
}

function isIntOrString(value: Json): boolean {
  return typeof value === 'string' || Number.isInteger(value)
}

interface KeywordCheck {
  (keys: [string, Json][], items: Json[]): boolean
  errors?: Partial<ErrorObject>[]
}

/** Server-side apply merges such lists by key and refuses an item that is there twice. */
const checkUniqueKeys: KeywordCheck = (keys, items) => {
  const seen = new Set<string>()
  for (const item of items) {
    const identity = JSON.stringify(
      keys.map(([key, fallback]) => (isObject(item) ? (item[key] ?? fallback) : item)),
    )
    if (seen.has(identity)) {
      const names = keys.map(([key]) => key).join(' and ')
      checkUniqueKeys.errors = [
        { keyword: 'uniqueKeys', message: `has two items with the same ${names} ${identity}`, params: {} },
      ]
      return false
    }
    seen.add(identity)
  }
  return true
}

function explain(errors: ErrorObject[], manifest: Manifest): SchemaProblem[] {
  const problems = errors.flatMap((error): SchemaProblem[] => {
    const path = dotted(error.instancePath)
    const found = valueAt(manifest, error.instancePath)
    switch (error.keyword) {
      case 'additionalProperties':
        return [
          {
            path: join(path, String(error.params.additionalProperty)),
            message: 'is not a field of this kind',
          },
        ]
      case 'required':
        return [
          { path: join(path, String(error.params.missingProperty)), message: 'is required and missing' },
        ]
      case 'type':
        return [
          {
            path,
            message: `must be ${[error.params.type].flat().join(' or ')}, is ${kindOf(found)}`,
          },
        ]
      case 'quantity':
        return [{ path, message: `must be a quantity such as 100m or 64Mi, is ${JSON.stringify(found)}` }]
      case 'intOrString':
        return [{ path, message: `must be integer or string, is ${kindOf(found)}` }]
      case 'enum':
        return [{ path, message: `must be one of ${(error.params.allowedValues as Json[]).join(', ')}` }]
      default:
        return [{ path, message: error.message ?? 'is not valid' }]
    }
  })
  return dropEchoes(problems)
}

/** anyOf and oneOf report every branch and themselves; where a more exact reason exists for the same path, it is enough. */
function dropEchoes(problems: SchemaProblem[]): SchemaProblem[] {
  const exact = problems.filter(({ message }) => !/schema in (anyOf|oneOf|allOf)/.test(message))
  const seen = new Map(
    (exact.length > 0 ? exact : problems).map((problem) => [`${problem.path} ${problem.message}`, problem]),
  )
  return [...seen.values()]
}

function dotted(pointer: string): string {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return steps.reduce((path, step) => join(path, step), '')
}

function join(path: string, step: string): string {
  if (/^\d+$/.test(step)) return `${path}[${step}]`
  const plain = /^[\w-]+$/.test(step) ? step : JSON.stringify(step)
  return path ? `${path}.${plain}` : plain
}

function valueAt(manifest: JsonObject, pointer: string): Json | undefined {
  let here: Json | undefined = manifest
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    here = Array.isArray(here) ? here[Number(key)] : isObject(here) ? here[key] : undefined
  }
  return here
}

function kindOf(value: Json | undefined): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
