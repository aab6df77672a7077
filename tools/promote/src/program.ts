import { Command, InvalidArgumentError, Option } from 'commander'
import type { BumpOptions } from './commands/bump.ts'
import { type HistoryOptions, mostHistory } from './commands/history.ts'
import type { HoldOptions } from './commands/hold.ts'
import type { RollbackOptions } from './commands/rollback-facts.ts'
import type { WaitOptions } from './commands/wait.ts'

export type CommonOptions = {
  json: boolean
  dryRun: boolean
  yes: boolean
  workload: string
  context: string | undefined
}

/** What was asked for, after the command line was understood. */
export type Request =
  | { command: 'bump'; common: CommonOptions; options: BumpOptions }
  | { command: 'promote' | 'diff'; common: CommonOptions; from: string; to: string }
  | { command: 'status'; common: CommonOptions }
  | { command: 'history'; common: CommonOptions; options: HistoryOptions }
  | { command: 'rollback'; common: CommonOptions; options: RollbackOptions }
  | { command: 'hold'; common: CommonOptions; options: HoldOptions }
  | { command: 'release-hold'; common: CommonOptions; environment: string }
  | { command: 'wait'; common: CommonOptions; options: WaitOptions }

const notes = `
Exit codes:
  0 done   1 failed   2 wrong use   3 refused by policy   4 timed out   5 nothing to do   6 waiting on somebody

Environment:
  GITHUB_TOKEN               reads and writes contents and pull requests (GH_TOKEN also works)
  GITHUB_REPOSITORY          owner/repository
  GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_SERVER_URL   default: github.com
  PROMOTE_REGISTRY_ENDPOINT  ask this address instead of the images' own registry
  PROMOTE_REGISTRY_TOKEN     registry password (user AWS); default: what docker login left
  KUBECONFIG                 the cluster that wait and status look at
`

const examples: Record<string, string> = {
  promote: `
Examples:
  npm run promote -- stage prod             open or update the pull request
  npm run promote -- stage prod --dry-run   show the plan, write nothing
  npm run promote -- status
  npm run promote -- wait prod --timeout 15m
`,
  bump: `
Examples:
  npm run promote -- bump --image api=<registry>/appname-api:sha-<commit>@sha256:<digest> \\
                          --image web=<registry>/appname-web:sha-<commit>@sha256:<digest>
  … --env stage             only this environment of those that follow main
  … --bootstrap prod        prod as well, for its very first release; refused when it has one
`,
  diff: '\nExample:\n  npm run promote -- diff stage prod\n',
  status: '\nExample:\n  npm run promote -- status --json\n',
  rollback: `
Examples:
  npm run promote -- rollback prod                  to the release before
  npm run promote -- rollback prod --to 1a2b3c4     to one that history prod shows
  npm run promote -- rollback prod --dry-run
`,
  hold: `
Examples:
  npm run promote -- hold prod --reason "Sale until Monday"
  npm run promote -- hold prod --reason "Sale until Monday" --dry-run
  npm run promote -- release-hold prod      undoes it
`,
  'release-hold': '\nExample:\n  npm run promote -- release-hold prod\n',
  history: `
Examples:
  npm run promote -- history                    every environment
  npm run promote -- history prod --limit 50
  npm run promote -- history prod --json        what went around the bot has "aroundTheBot": true
`,
  wait: '\nExample:\n  npm run promote -- wait prod --timeout 15m\n',
}

/** The command line; `run` gets each request that is well formed. */
export function buildProgram(run: (request: Request) => Promise<void>, workload: string): Command {
  const program = common(new Command('promote'), workload)
    .description('Carries releases from environment to environment, in git, by pull request.')
    .usage('[options] <from> <to> | <command>')
    .argument('[from]', 'environment whose release is promoted')
    .argument('[to]', 'environment that gets it')
    .addHelpText('after', `${examples.promote}${notes}`)
    .showHelpAfterError('(--help shows examples)')
    .action(async (from: string | undefined, to: string | undefined, _: unknown, command: Command) => {
      if (from === undefined || to === undefined)
        command.error(
          from === undefined
            ? `error: say what to do: promote <from> <to>, or one of ${names(program)}`
            : `error: '${from}' is neither a command nor followed by a second environment`,
          { exitCode: 2 },
        )
      await run({ command: 'promote', common: commonOf(command), from, to })
    })
  for (const add of [addBump, addDiff, addStatus, addWait, addHistory, addRollback, addHold, addReleaseHold])
    add(program, run, workload)
  return program
}

type Add = (program: Command, run: (request: Request) => Promise<void>, workload: string) => void

const addBump: Add = (program, run, workload) => {
  common(program.command('bump'), workload)
    .description('write a fresh build into the environments that follow main (what CI runs)')
    .requiredOption('--image <component=reference@digest>', 'an image of the build; repeat for each', collect)
    .option('--source-commit <sha>', 'commit the images were built from; default: the one in their tags')
    .option('--env <name>', 'only this environment; repeat for more', collect, [])
    .option(
      '--bootstrap <name>',
      'also the first release ever of an environment that does not follow main',
      collect,
      [],
    )
    .addHelpText('after', `${examples.bump}`)
    .action(async (_: unknown, command: Command) => {
      const { image, sourceCommit, env, bootstrap } = command.opts()
      const options = { images: image, sourceCommit, environments: env, bootstrap }
      await run({ command: 'bump', common: commonOf(command), options })
    })
}

const addDiff: Add = (program, run, workload) => {
  common(program.command('diff'), workload)
    .description('show images, commits and migrations between two environments')
    .argument('<from>')
    .argument('<to>')
    .addHelpText('after', `${examples.diff}`)
    .action(async (from: string, to: string, _: unknown, command: Command) => {
      await run({ command: 'diff', common: commonOf(command), from, to })
    })
}

const addStatus: Add = (program, run, workload) => {
  common(program.command('status'), workload)
    .description('one screen: what every environment runs, how it is, what waits on whom')
    .addHelpText('after', `${examples.status}`)
    .action(async (_: unknown, command: Command) => {
      await run({ command: 'status', common: commonOf(command) })
    })
}

const addWait: Add = (program, run, workload) => {
  common(program.command('wait'), workload)
    .description('wait until an environment runs, healthy, what main says; ends at once when it can not')
    .argument('<env>')
    .addOption(
      new Option('--timeout <duration>', 'give up after this long').default(900, '15m').argParser(seconds),
    )
    .addHelpText('after', `${examples.wait}`)
    .action(async (environment: string, _: unknown, command: Command) => {
      const options = { environment, timeoutSeconds: command.opts().timeout }
      await run({ command: 'wait', common: commonOf(command), options })
    })
}

const addHistory: Add = (program, run, workload) => {
  common(program.command('history'), workload)
    .description('what an environment ran: release, when, who, why, pull request; from git alone')
    .argument('[env]', 'default: every environment')
    .addOption(
      new Option('--limit <number>', `at most this many commits of each, 1 to ${mostHistory}`)
        .default(20)
        .argParser(limit),
    )
    .addHelpText('after', `${examples.history}`)
    .action(async (environment: string | undefined, _: unknown, command: Command) => {
      const options = { environment, limit: command.opts().limit }
      await run({ command: 'history', common: commonOf(command), options })
    })
}

const addRollback: Add = (program, run, workload) => {
  common(program.command('rollback'), workload)
    .description(
      'open or update the pull request that takes an environment back to an earlier release, whole',
    )
    .argument('<env>')
    .option('--to <commit>', "the release's source commit, 7 digits or more; default: the release before")
    .addHelpText('after', `${examples.rollback}`)
    .action(async (environment: string, _: unknown, command: Command) => {
      const options = { environment, to: command.opts().to }
      await run({ command: 'rollback', common: commonOf(command), options })
    })
}

const addHold: Add = (program, run, workload) => {
  common(program.command('hold'), workload)
    .description('let no release into an environment until release-hold: a file on main says why')
    .argument('<env>')
    .requiredOption('--reason <text>', 'why; shown to whoever the hold stops')
    .addHelpText('after', `${examples.hold}`)
    .action(async (environment: string, _: unknown, command: Command) => {
      const options = { environment, reason: command.opts().reason }
      await run({ command: 'hold', common: commonOf(command), options })
    })
}

const addReleaseHold: Add = (program, run, workload) => {
  common(program.command('release-hold'), workload)
    .description('let releases into a held environment again')
    .argument('<env>')
    .addHelpText('after', `${examples['release-hold']}`)
    .action(async (environment: string, _: unknown, command: Command) => {
      await run({ command: 'release-hold', common: commonOf(command), environment })
    })
}

function limit(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > mostHistory)
    throw new InvalidArgumentError(`write a number from 1 to ${mostHistory}`)
  return value
}

function names(program: Command): string {
  return program.commands.map((command) => command.name()).join(', ')
}

function common(command: Command, workload: string): Command {
  return command
    .option('--json', 'print the result as JSON, and nothing else, on stdout', false)
    .option('--dry-run', 'say what would be written, and write nothing', false)
    .option('-y, --yes', 'do not ask before writing', false)
    .option('--workload <name>', 'the workload under workloads/', workload)
    .option('--context <name>', 'context of the kubeconfig')
}

/** Options may stand before or after the command's name. */
function commonOf(command: Command): CommonOptions {
  const { json, dryRun, yes, workload, context } = command.opts()
  const outer = command.parent?.opts() ?? {}
  return {
    json: json || outer.json === true,
    dryRun: dryRun || outer.dryRun === true,
    yes: yes || outer.yes === true,
    workload:
      command.getOptionValueSource('workload') === 'default' ? (outer.workload ?? workload) : workload,
    context: context ?? outer.context,
  }
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

const factors: Record<string, number> = { s: 1, m: 60, h: 3600 }

function seconds(text: string): number {
  const [, amount, unit] = /^(\d{1,6})(s|m|h)?$/.exec(text) ?? []
  if (amount === undefined) throw new InvalidArgumentError('write it as 90s, 15m or 1h')
  return Number(amount) * (factors[unit ?? 's'] ?? 1)
}
