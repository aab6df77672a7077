import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { CheckError, exitCodes } from './errors.ts'
import { humanReport } from './output/human.ts'
import { jsonReport } from './output/json.ts'
import { rules } from './rules.ts'
import { runCheck } from './run.ts'

interface Options {
  json?: true
  quiet?: true
  root?: string
}

const program = new Command('check')
  .description(
    'Renders every kustomization and judges every object: by the schemas of the running versions and by the rules of the design.',
  )
  .option('--json', 'one JSON document on stdout')
  .option('--quiet', 'no narration on stderr')
  .option('--root <folder>', 'the checkout to judge (default: the one that holds the current folder)')
  .addHelpText(
    'after',
    `\nRules: ${['schema', ...rules.map(({ name }) => name)].join(', ')}\n\nExit codes: 0 nothing to refuse, 1 findings, 2 wrong use or a missing program.\n\nExamples:\n  npm run check\n  npm run check -- --json | jq '.findings[].file'`,
  )
  .allowExcessArguments(false)
  .exitOverride()

try {
  program.parse()
  process.exitCode = await main(program.opts<Options>())
} catch (error) {
  process.exitCode = explain(error)
}

async function main({ json, quiet, root }: Options): Promise<number> {
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`)
  }
  const report = await runCheck(root ? resolve(root) : findRoot(process.cwd()), say)
  process.stdout.write(`${json ? jsonReport(report) : humanReport(report, wantsColour())}\n`)
  return report.findings.some(({ severity }) => severity === 'error') ? exitCodes.findings : exitCodes.ok
}

function findRoot(from: string): string {
  if (existsSync(join(from, 'pnpm-workspace.yaml'))) return from
  const parent = dirname(from)
  if (parent === from)
    throw new CheckError(
      'no-checkout',
      'the current folder is in no checkout',
      'change into one, or name it with --root',
    )
  return findRoot(parent)
}

function wantsColour(): boolean {
  if (process.env.NO_COLOR) return false
  return process.stdout.isTTY || Boolean(process.env.FORCE_COLOR && process.env.FORCE_COLOR !== '0')
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (process.env.DEBUG || !(error instanceof CheckError)) console.error(error)
  else process.stderr.write(`${error.code}: ${error.message} → ${error.remedy}\n`)
  return error instanceof CheckError ? error.exitCode : exitCodes.usage
}
