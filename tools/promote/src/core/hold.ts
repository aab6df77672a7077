import { parseDocument, stringify } from 'yaml'
import { z } from 'zod'
import { exitCodes, PromoteError } from '../errors.ts'
import { plain } from './markdown.ts'

/** Why an environment is held. Who held it and when, git says. */
export type Hold = { reason: string }

const longest = 500

/** Schema of workloads/<workload>/envs/<env>/hold.yaml; the JSON Schema for editors is generated from it. */
export const holdSchema = z
  .strictObject({
    reason: z.string().min(1).max(longest).describe('Why no release may come in; shown to whoever tries'),
  })
  .describe('Holds an environment: while this file is there, no promotion and no bump writes its release')

/**
 * Reads a hold. A file that can not be understood holds too: the other answer would let a release through.
 * @param text null: there is no such file
 */
export function readHold(text: string | null | undefined): Hold | null {
  if (text === null || text === undefined) return null
  const document = parseDocument(text)
  const read = document.errors.length > 0 ? undefined : holdSchema.safeParse(document.toJS())
  return read?.success
    ? { reason: plain(read.data.reason, longest) }
    : { reason: 'hold.yaml does not say why' }
}

/** The text of a hold file. */
export function writeHold({ reason }: Hold): string {
  return `# yaml-language-server: $schema=../../../../tools/promote/schema/hold.schema.json
# While this file is there, no release comes into this environment. \`promote release-hold\` removes it.
${stringify({ reason }, { lineWidth: 0 })}`
}

/**
 * A reason from the command line, as one clean line.
 * @throws PromoteError reason-malformed (wrong use)
 */
export function holdReason(text: string): string {
  const reason = plain(text, longest + 1)
  if (reason !== '' && reason.length <= longest) return reason
  throw new PromoteError({
    code: 'reason-malformed',
    message: reason === '' ? '--reason is empty' : `--reason is longer than ${longest} characters`,
    remedy: 'Say in a sentence why, for those whom the hold stops.',
    exitCode: exitCodes.wrongUse,
  })
}
