import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { promotionFileSchema } from './promotion-file.ts'

/** The JSON Schema that editors read for promotion.yaml, as text with a final newline. */
export function promotionJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(promotionFileSchema, { io: 'input' }), null, 2)}\n`
}

export const schemaFile = new URL('../../schema/promotion.schema.json', import.meta.url)

if (process.argv[1] === new URL(import.meta.url).pathname) await writeFile(schemaFile, promotionJsonSchema())
