import { dirname, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Context, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import type { YamlFile } from '../../yaml.ts'

const report = reporter('file-schemas')
const firstLine = /^# yaml-language-server: \$schema=(\S+)/

export const fileSchemasRule: Rule = {
  name: 'file-schemas',
  about: 'files of our own making that their schema, named in the first line, refuses',
  check: (context) => context.files.flatMap((file) => judge(file, context)),
}

function judge(file: YamlFile, context: Context): Finding[] {
  const reference = firstLine.exec(file.text)?.[1]
  if (!reference || /^https?:/.test(reference)) return []
  const path = join(dirname(file.path), reference)
  const schema = context.texts.find((text) => text.path === path)
  if (!schema)
    return [report(file.path, `names the schema ${reference}, which is not there`, 'correct the first line')]
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  const validate = ajv.compile(JSON.parse(schema.text) as object)
  return file.documents.flatMap((document) => {
    if (validate(document)) return []
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const detail = 'additionalProperty' in params ? ` (${String(params.additionalProperty)})` : ''
      return report(
        file.path,
        `${instancePath || 'the file'} ${message}${detail}`,
        `write it as ${path} says`,
      )
    })
  })
}
