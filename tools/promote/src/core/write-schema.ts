import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { holdSchema } from './hold.ts'
import { promotionFileSchema } from './promotion-file.ts'

/** The files that editors and `npm run check` read, with the zod schema that each is generated from. */
export const schemaFiles = [
  { file: new URL('../../schema/promotion.schema.json', import.meta.url), schema: promotionFileSchema },
  { file: new URL('../../schema/hold.schema.json', import.meta.url), schema: holdSchema },
]

/** A zod schema as the text of a JSON Schema, with a final newline. */
export function jsonSchema(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`
}

if (process.argv[1] === new URL(import.meta.url).pathname)
  for (const { file, schema } of schemaFiles) await writeFile(file, jsonSchema(schema))
