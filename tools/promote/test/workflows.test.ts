import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const folder = new URL('../../../.github/workflows/', import.meta.url)
const files = await readdir(folder)

type Step = { uses?: string; run?: string; with?: Record<string, unknown> }
type Workflow = {
  on: Record<string, unknown>
  permissions: unknown
  concurrency: unknown
  jobs: Record<string, { permissions: unknown; 'timeout-minutes': unknown; steps: Step[] }>
}

test.each(files)(
  '%s: pinned actions, least permissions, time limits, and no expression inside a script',
  async (file) => {
    const text = await readFile(new URL(file, folder), 'utf8')
    const workflow: Workflow = parse(text)
    expect(workflow.permissions).toEqual({})
    expect(workflow.concurrency).toBeDefined()
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
    for (const job of Object.values(workflow.jobs)) {
      expect(job.permissions).toBeDefined()
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      for (const step of job.steps) {
        expect(step.run ?? '').not.toContain('${{')
        if (step.uses?.startsWith('actions/checkout')) expect(step.with?.['persist-credentials']).toBe(false)
      }
    }
    for (const line of text.split('\n').filter((one) => /\buses:/.test(one)))
      expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  },
)

test('a release written by bump, or a hold, does not start a build', async () => {
  const workflow: Workflow = parse(await readFile(new URL('build.yml', folder), 'utf8'))
  expect(workflow.on.push).toMatchObject({
    'paths-ignore': expect.arrayContaining([
      'workloads/*/envs/*/release/release.yaml',
      'workloads/*/envs/*/hold.yaml',
    ]),
  })
})
