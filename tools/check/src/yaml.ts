import { type Document, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Json } from './manifest.ts'

/** One YAML file; `documents` leaves out empty ones. `problems` says what a careful reader would trip over. */
export interface YamlFile {
  path: string
  text: string
  documents: Json[]
  problems: { line: number; message: string; remedy: string }[]
}

/** Parses one file; a syntax error or duplicate key is a problem in the result, never an exception. */
export function parseYamlFile(path: string, text: string): YamlFile {
  const lineCounter = new LineCounter()
  const parsed = [...parseAllDocuments(text, { lineCounter, uniqueKeys: true })]
  const problems = parsed.flatMap((document) =>
    document.errors.map((error) => ({
      line: lineCounter.linePos(error.pos[0]).line,
      message: error.message.split('\n')[0] ?? 'is not YAML',
      remedy: error.code === 'DUPLICATE_KEY' ? 'keep one of the two' : 'correct the syntax',
    })),
  )
  if (problems.length > 0) return { path, text, documents: [], problems }
  const documents = parsed.map((document) => document.toJS() as Json).filter((document) => document !== null)
  return { path, text, documents, problems: parsed.flatMap((document) => ambiguous(document, lineCounter)) }
}

/** YAML 1.1 reads these as booleans, YAML 1.2 as text; Argo CD and kustomize do not use the same parser. */
const readsTwoWays = /^([yY]|[nN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF)$/

function ambiguous(document: Document.Parsed, lineCounter: LineCounter): YamlFile['problems'] {
  const problems: YamlFile['problems'] = []
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || node.type !== 'PLAIN' || !node.source || !readsTwoWays.test(node.source)) return
      const line = lineCounter.linePos(node.range?.[0] ?? 0).line
      problems.push({
        line,
        message: `plain "${node.source}" means different things to YAML 1.1 and 1.2`,
        remedy: 'quote it, or write true or false',
      })
    },
  })
  return problems
}
