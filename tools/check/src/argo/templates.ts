import { execa } from 'execa'
import { ownProgram } from '../build-go.ts'
import { CheckError } from '../errors.ts'
import type { Json, JsonObject } from '../manifest.ts'

/** One value to render: every string in it is a Go template over `params`. */
export interface TemplateJob {
  value: Json
  params: JsonObject
}

/** The value with its templates filled in, or why the controller would refuse it. */
export type TemplateResult = { value: Json; error?: undefined } | { error: string }

/** Renders values as Argo CD's ApplicationSet controller does, with `missingkey=error`. */
export type TemplateRenderer = (jobs: TemplateJob[]) => Promise<TemplateResult[]>

/**
 * The real renderer: Go's own text/template with sprig, in a small program that is built once.
 * @throws CheckError `templates` when the program breaks (a bug of ours, not of a template).
 */
export async function goTemplates(say: (line: string) => void): Promise<TemplateRenderer> {
  const program = await ownProgram('templates', say)
  return async (jobs) => {
    if (jobs.length === 0) return []
    const answer = await execa(program, { input: JSON.stringify(jobs), reject: false })
    if (answer.exitCode === 0) return JSON.parse(answer.stdout) as TemplateResult[]
    throw new CheckError('templates', `the template program failed: ${answer.stderr}`, 'run with DEBUG=1')
  }
}
