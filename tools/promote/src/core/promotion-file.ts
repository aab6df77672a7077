import { isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { exitCodes, PromoteError } from '../errors.ts'

const environmentName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/)
  .describe('Name of an environment: lower case letters, digits and dashes')

const gates = z
  .strictObject({
    migrations: z
      .enum(['expand-before-contract', 'off'])
      .default('expand-before-contract')
      .describe(
        'expand-before-contract: every migration says its class, and no promotion carries an expand and a contract step at once',
      ),
  })
  .describe('What must hold before a promotion over this step is offered for merge')

/** Schema of workloads/<workload>/promotion.yaml; the JSON Schema for editors is generated from it. */
export const promotionFileSchema = z
  .strictObject({
    environments: z
      .record(
        environmentName,
        z
          .strictObject({
            follows: z
              .literal('main')
              .optional()
              .describe('A build of main is written here at once, by bump'),
          })
          .describe('One environment of the workload'),
      )
      .describe('Every environment that has a folder under envs/'),
    path: z
      .array(z.strictObject({ from: environmentName, to: environmentName, gates: gates.prefault({}) }))
      .describe('The steps that a release may be promoted over'),
  })
  .describe('Which environments follow main, and the path of a promotion')

export type PromotionFile = z.output<typeof promotionFileSchema>
export type PromotionStep = PromotionFile['path'][number]

/**
 * Reads promotion.yaml.
 * @throws PromoteError promotion-file-malformed listing every problem with file:line:column
 */
export function readPromotionFile(text: string, file: string): PromotionFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const place = (offset: number | undefined) => {
    const at = lines.linePos(offset ?? 0)
    return `${file}:${at.line}:${at.col}`
  }
  const syntax = document.errors.map((error) => `${place(error.pos[0])}: ${error.message.split('\n')[0]}`)
  if (syntax.length > 0) throw malformed(syntax)
  const result = promotionFileSchema.safeParse(document.toJS())
  if (!result.success)
    throw malformed(
      result.error.issues.map((issue) => {
        const node = nearest(document, issue.path as (string | number)[])
        return `${place(node)}: ${[issue.path.join('.'), issue.message].filter((part) => part !== '').join(': ')}`
      }),
    )
  const unknown = result.data.path.flatMap((step) =>
    [step.from, step.to]
      .filter((name) => result.data.environments[name] === undefined)
      .map(
        (name) => `${place(nearest(document, ['path']))}: path names ${name}, which is not an environment`,
      ),
  )
  if (unknown.length > 0) throw malformed(unknown)
  return result.data
}

/** Names of the environments that `bump` writes. */
export function followers(file: PromotionFile): string[] {
  return Object.entries(file.environments).flatMap(([name, { follows }]) =>
    follows === 'main' ? [name] : [],
  )
}

function nearest(document: ReturnType<typeof parseDocument>, path: (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return undefined
}

function malformed(problems: string[]): PromoteError {
  return new PromoteError({
    code: 'promotion-file-malformed',
    message: problems.join('\n'),
    remedy:
      'Correct the file on main by a pull request; an editor checks it against the schema in its first line.',
    exitCode: exitCodes.failed,
  })
}
