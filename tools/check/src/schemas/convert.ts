/**
 * From Kubernetes' dialects of OpenAPI to the JSON Schema (draft 7) that Ajv compiles, as strict as the API server's
 * `fieldValidation=Strict`: a field that the schema does not name is refused.
 */
import { isObject, type Json, type JsonObject } from '../manifest.ts'

/** `openapi` keeps references (Kubernetes' own files); `structural` is a CRD's inlined schema. */
export type Dialect = 'openapi' | 'structural'

const kept = [
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'required',
] as const

const int32 = { minimum: -2147483648, maximum: 2147483647 }

/** JSON pointer prefix under which the converted file keeps its definitions. */
const definitionPrefix = '#/definitions/'

/** Converts every `components.schemas` entry of one Kubernetes OpenAPI v3 file. */
export function convertDefinitions(schemas: JsonObject): JsonObject {
  const converted = Object.entries(schemas).map(([name, schema]) => {
    if (name === 'io.k8s.apimachinery.pkg.api.resource.Quantity') return [name, { quantity: true }]
    return [name, convert(schema, 'openapi')]
  })
  return Object.fromEntries(converted) as JsonObject
}

/**
 * Converts a CRD version's `openAPIV3Schema`. The envelope (`apiVersion`, `kind`, `metadata`) is what the API server
 * adds by itself; `metadata` is checked as Kubernetes' ObjectMeta under the reference `objectMeta`.
 */
export function convertCustomResource(schema: JsonObject, objectMeta: string): JsonObject {
  const root = convert(schema, 'structural')
  if (!isObject(root)) return {}
  const envelope = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { $ref: objectMeta },
  }
  return { ...root, properties: { ...(isObject(root.properties) ? root.properties : {}), ...envelope } }
}

/** One schema node. `structural` nodes below anyOf, oneOf, allOf and not only restrict; they name no new fields. */
export function convert(schema: Json | undefined, dialect: Dialect, structural = true): JsonObject | boolean {
  if (typeof schema === 'boolean') return schema
  if (!isObject(schema)) return true
  if (typeof schema.$ref === 'string')
    return { $ref: schema.$ref.replace('#/components/schemas/', definitionPrefix) }
  const result: JsonObject = {}
  for (const key of kept) if (schema[key] !== undefined) result[key] = schema[key]
  Object.assign(
    result,
    typeOf(schema),
    combinators(schema, dialect),
    fields(schema, dialect, structural),
    items(schema, dialect, structural),
  )
  return result
}

function typeOf(schema: JsonObject): JsonObject {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string')
    return { intOrString: true }
  if (typeof schema.type !== 'string') return {}
  const type: Json = schema.nullable === true ? [schema.type, 'null'] : schema.type
  if (schema.type === 'integer' && schema.format === 'int32') return { type, ...int32, ...bounds(schema) }
  if (schema.type === 'string' && (schema.format === 'date-time' || schema.format === 'byte'))
    return { type, format: schema.format }
  return { type }
}

function bounds(schema: JsonObject): JsonObject {
  const { minimum, maximum } = schema
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) }
}

function combinators(schema: JsonObject, dialect: Dialect): JsonObject {
  const result: JsonObject = {}
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') return result
  const named = dialect === 'openapi'
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const branches = schema[key]
    if (!Array.isArray(branches)) continue
    result[key] = branches.map((branch) => convert(branch, dialect, named))
  }
  if (schema.not !== undefined) result.not = convert(schema.not, dialect, false)
  return result
}

function fields(schema: JsonObject, dialect: Dialect, structural: boolean): JsonObject {
  const result: JsonObject = {}
  if (isObject(schema.properties)) {
    const entries = Object.entries(schema.properties)
    result.properties = Object.fromEntries(
      entries.map(([name, field]) => [name, convert(field, dialect, structural)]),
    )
  }
  if (schema.additionalProperties !== undefined)
    result.additionalProperties = convert(schema.additionalProperties, dialect, structural)
  else if (structural && !isOpen(schema, dialect)) result.additionalProperties = false
  if (schema['x-kubernetes-embedded-resource'] === true) result.required = ['apiVersion', 'kind']
  return result
}

/** An object whose further fields the server keeps; Kubernetes' own schemas leave raw JSON without properties. */
function isOpen(schema: JsonObject, dialect: Dialect): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return true
  if (schema['x-kubernetes-embedded-resource'] === true) return true
  if (isObject(schema.properties)) return false
  return dialect === 'openapi' || schema.type !== 'object'
}

function items(schema: JsonObject, dialect: Dialect, structural: boolean): JsonObject {
  const result: JsonObject = {}
  if (schema.items !== undefined) result.items = convert(schema.items, dialect, structural)
  if (schema['x-kubernetes-list-type'] === 'set') result.uniqueItems = true
  const keys = schema['x-kubernetes-list-map-keys']
  if (Array.isArray(keys)) result.uniqueKeys = keys.map((key) => [key, keyDefault(schema.items, key)])
  return result
}

/** A key left out counts as its default (`protocol` of a port is TCP); null when it has none. */
function keyDefault(itemSchema: Json | undefined, key: Json): Json {
  if (key === 'protocol') return 'TCP'
  if (typeof key !== 'string' || !isObject(itemSchema) || !isObject(itemSchema.properties)) return null
  const field = itemSchema.properties[key]
  return isObject(field) && field.default !== undefined ? field.default : null
}
