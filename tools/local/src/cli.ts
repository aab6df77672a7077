import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { Command, CommanderError } from 'commander'
import { stopCluster } from './cluster/lifecycle.ts'
import { buildMain, start } from './commands/start.ts'
import { status } from './commands/status.ts'
import { up } from './commands/up.ts'
import { Failure, report } from './failure.ts'
import { kubeconfig, logFile, state } from './paths.ts'
import { say } from './progress.ts'
import { binary } from './toolchain/build.ts'

/** Minutes on the command line → milliseconds. */
function minutes(value: string): number {
  const parsed = Number(value)
  if (!Number.isFinite(parsed) || parsed <= 0)
    throw new Failure(`--timeout ${value}: not a number of minutes`, 'e.g. --timeout 15', 2)
  return parsed * 60_000
}

/** Runs a program in place of this one: its output and exit code are ours. */
async function become(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

async function logs(name: string | undefined): Promise<void> {
  const names: string[] = await readdir(`${state}/logs`).catch(() => [])
  if (names.length === 0)
    throw new Failure('there are no logs: the local cluster is not running', 'npm run local -- up')
  if (name === undefined) {
    console.log(names.map((file) => file.replace(/\.log$/, '')).join('\n'))
    return
  }
  if (!names.includes(`${name}.log`))
    throw new Failure(`no log named ${name}`, 'npm run local -- logs lists them', 2)
  await become('tail', ['-n', '200', '-F', logFile(name)])
}

const program = new Command('local')
  .description('the local cluster: a real Kubernetes with the real platform and product')
  .exitOverride()

program
  .command('up')
  .description('bring the cluster up, or what is missing of it')
  .option('--timeout <minutes>', 'how long the Applications may take', '15')
  .action(async (options: { timeout: string }) => {
    const { phases } = await up(minutes(options.timeout))
    say(
      Object.entries(phases.seconds)
        .map(([name, seconds]) => `${name} ${seconds} s`)
        .join(', '),
    )
    console.log(await status())
  })
program
  .command('start')
  .description('up, then ship a new build into stage and open the pull request that promotes it')
  .option('--timeout <minutes>', 'how long the Applications may take', '15')
  .action(async (options: { timeout: string }) => start(minutes(options.timeout)))
program
  .command('build')
  .description(
    'play CI for the newest commit on main of the local GitHub: build the images, bump dev and stage',
  )
  .action(buildMain)
program
  .command('down')
  .description('end the cluster; nothing of it stays but the cache')
  .action(async () => {
    say((await stopCluster()) ? 'the cluster is gone' : 'there was no cluster')
  })
program
  .command('status')
  .description('addresses, Applications, and what is not ready')
  .action(async () => console.log(await status()))
program
  .command('kubectl')
  .description('kubectl against the cluster')
  .argument('[args...]')
  .allowUnknownOption()
  .helpOption(false)
  .action(async (args: string[]) => become(binary('kubectl'), ['--kubeconfig', kubeconfig, ...args]))
program
  .command('logs')
  .description('list the logs of the cluster’s own processes, or follow one')
  .argument('[name]')
  .action(logs)

try {
  await program.parseAsync()
} catch (error) {
  // Commander has printed what is wrong already; 2 stands for wrong use everywhere in this repository.
  process.exitCode = error instanceof CommanderError ? Math.min(error.exitCode * 2, 2) : report(error)
}
