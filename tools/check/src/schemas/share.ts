import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../manifest.ts'

/** Smaller schemas cost less inline than a call does. */
const smallest = 300

/**
 * Moves every larger object schema into `definitions` under the hash of its content and leaves a reference. CRDs
 * repeat the same thing dozens of times (an ApplicationSet's generators nest); compiled once each, they take a tenth
 * of the time.
 */
export function shareRepeated(schema: JsonObject, definitions: JsonObject): JsonObject {
  const shared = shareBelow(schema, definitions)
  if (!isObject(shared.properties)) return shared
  const content = JSON.stringify(shared)
  if (content.length < smallest) return shared
  const name = createHash('sha256').update(content).digest('hex').slice(0, 16)
  definitions[name] = shared
  return { $ref: `#/definitions/${name}` }
}

function shareBelow(schema: JsonObject, definitions: JsonObject): JsonObject {
  const result: JsonObject = { ...schema }
  if (isObject(schema.properties))
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, field]) => [name, shareAny(field, definitions)]),
    ) as JsonObject
  if (schema.items !== undefined) result.items = shareAny(schema.items, definitions)
  if (schema.additionalProperties !== undefined)
    result.additionalProperties = shareAny(schema.additionalProperties, definitions)
  return result
}

function shareAny(value: Json, definitions: JsonObject): Json {
  return isObject(value) ? shareRepeated(value, definitions) : value
}
