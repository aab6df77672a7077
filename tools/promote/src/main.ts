import { styleText } from 'node:util'
import { confirm, isCancel } from '@clack/prompts'
import { CommanderError } from 'commander'
import { createLogUpdate } from 'log-update'
import { bump } from './commands/bump.ts'
import { diff } from './commands/diff.ts'
import { history } from './commands/history.ts'
import { hold, releaseHold } from './commands/hold.ts'
import { promote } from './commands/promote.ts'
import { checkName } from './commands/read.ts'
import { rollback } from './commands/rollback.ts'
import { status } from './commands/status.ts'
import { wait } from './commands/wait.ts'
import { type Context, type Io, systemClock } from './context.ts'
import { readEnvironment } from './environment.ts'
import { type ExitCode, exitCodes, PromoteError } from './errors.ts'
import { type Paint, renderError, renderResult } from './output/human.ts'
import { redactor } from './output/redact.ts'
import { type ErrorOut, exitCodeOf, type Result, schemaVersion } from './output/result.ts'
import { GitHubGitHost } from './ports/git-host-github.ts'
import { OciRegistry } from './ports/registry-oci.ts'
import { buildProgram, type CommonOptions, type Request } from './program.ts'

/** A process's standard streams, or what plays them in a test. */
export type Streams = {
  stdin: { isTTY?: boolean }
  stdout: { isTTY?: boolean; columns?: number; write(text: string): unknown }
  stderr: { isTTY?: boolean; write(text: string): unknown }
}

type Run = { variables: NodeJS.ProcessEnv; streams: Streams; redact: (text: string) => string }

/** The whole command: understands, runs, prints, and answers the exit code. Never throws. */
export async function main(
  args: string[],
  variables: NodeJS.ProcessEnv,
  streams: Streams,
): Promise<ExitCode> {
  const redact = redactor([variables.GITHUB_TOKEN, variables.GH_TOKEN, variables.PROMOTE_REGISTRY_TOKEN])
  const run = { variables, streams, redact }
  let code: ExitCode = exitCodes.done
  try {
    const program = buildProgram(async (request) => {
      code = await execute(request, run)
    }, variables.PROMOTE_WORKLOAD ?? 'appname')
    for (const command of [program, ...program.commands])
      command.exitOverride().configureOutput({
        writeOut: (text) => streams.stdout.write(text),
        writeErr: (text) => streams.stderr.write(redact(text)),
      })
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse
    return fail(error, args.includes('--json'), run)
  }
}

async function execute(request: Request, run: Run): Promise<ExitCode> {
  const { common } = request
  const { variables, streams, redact } = run
  const { io, finish } = terminal(common, run)
  let result: Result
  try {
    result = await runCommand(request, await connect(request, variables, io))
  } finally {
    finish()
  }
  const { stdout } = streams
  const view = { paint: painter(stdout, variables), now: Date.now(), columns: stdout.columns ?? 200 }
  stdout.write(redact(common.json ? `${JSON.stringify(result, null, 2)}\n` : renderResult(result, view)))
  return exitCodeOf(result)
}

function runCommand(request: Request, context: Context): Promise<Result> {
  switch (request.command) {
    case 'bump':
      return bump(context, request.options)
    case 'promote':
      return promote(context, request.from, request.to)
    case 'diff':
      return diff(context, request.from, request.to)
    case 'status':
      return status(context)
    case 'history':
      return history(context, request.options)
    case 'rollback':
      return rollback(context, request.options)
    case 'hold':
      return hold(context, request.options)
    case 'release-hold':
      return releaseHold(context, request.environment)
    case 'wait':
      return wait(context, request.options)
  }
}

/** Real adapters for a request; the cluster only for the commands that look at it. */
async function connect({ command, common }: Request, variables: NodeJS.ProcessEnv, io: Io): Promise<Context> {
  checkName('a workload', common.workload)
  const settings = readEnvironment(variables)
  const looks = command === 'wait' || command === 'status'
  return {
    workload: common.workload,
    dryRun: common.dryRun,
    gitHost: new GitHubGitHost({ ...settings, narrate: io.narrate }),
    registry: new OciRegistry({ endpoint: settings.registryEndpoint, token: settings.registryToken }),
    cluster: looks ? await clusterOf(variables, common) : null,
    io,
    clock: systemClock,
  }
}

/** The Kubernetes client takes longer to load than most commands take to run, so only those that need it load it. */
async function clusterOf(variables: NodeJS.ProcessEnv, { context }: CommonOptions) {
  const { clusterFromKubeconfig } = await import('./ports/cluster-kubernetes.ts')
  return clusterFromKubeconfig(variables, context)
}

function terminal(common: CommonOptions, { streams, redact }: Run): { io: Io; finish: () => void } {
  const { stdin, stdout, stderr } = streams
  const live = !common.json && stdout.isTTY === true && stderr.isTTY === true
  const update = live ? createLogUpdate(process.stderr) : undefined
  const io: Io = {
    narrate: (line) => {
      update?.clear()
      stderr.write(redact(`${line}\n`))
    },
    asks: !common.json && !common.yes && stdin.isTTY === true && stdout.isTTY === true,
    confirm: async (message) => {
      const answer = await confirm({ message, initialValue: false })
      return !isCancel(answer) && answer
    },
    picture: update === undefined ? undefined : (lines) => update(redact(lines)),
  }
  return { io, finish: () => update?.clear() }
}

/** Colour on a terminal only, unless FORCE_COLOR says otherwise; never with NO_COLOR. */
function painter(stream: { isTTY?: boolean }, { NO_COLOR, FORCE_COLOR }: NodeJS.ProcessEnv): Paint {
  const styles = { good: 'green', bad: 'red', dim: 'dim', strong: 'bold' } as const
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== ''
  const colour = !NO_COLOR && FORCE_COLOR !== '0' && (forced || stream.isTTY === true)
  return (tone, text) => (colour ? styleText(styles[tone], text, { validateStream: false }) : text)
}

const wrongOutcomes: Record<ExitCode, ErrorOut['outcome']> = {
  0: 'failed',
  1: 'failed',
  2: 'wrong-use',
  3: 'refused',
  4: 'timed-out',
  5: 'nothing-to-do',
  6: 'waiting',
}

function fail(error: unknown, json: boolean, { variables, streams, redact }: Run): ExitCode {
  const known = error instanceof PromoteError ? error : unexpected(error)
  const { code, message, remedy, exitCode } = known
  const out: ErrorOut = {
    schema: schemaVersion,
    outcome: wrongOutcomes[exitCode],
    error: { code, message, remedy },
  }
  const { stdout, stderr } = streams
  if (variables.DEBUG) stderr.write(redact(`${(error as Error).stack}\n`))
  if (json) stdout.write(redact(`${JSON.stringify(out, null, 2)}\n`))
  else stderr.write(redact(renderError(out, { paint: painter(stderr, variables) })))
  return exitCode
}

function unexpected(error: unknown): PromoteError {
  return new PromoteError({
    code: 'unexpected',
    message: `unexpected: ${String((error as Error)?.message ?? error).split('\n')[0]}`,
    remedy: 'This is a bug of the promotion tool; DEBUG=1 shows where. Running it again is safe.',
    cause: error,
  })
}
