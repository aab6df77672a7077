import { execa } from 'execa'

/** A git command that ended with an unexpected exit code. `stderr` is git's own text. */
export class GitError extends Error {
  override readonly name = 'GitError'
  readonly exitCode: number
  readonly stderr: string
  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args[0] ?? ''} ended with ${exitCode}: ${stderr.trim().split('\n')[0] ?? ''}`)
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

export interface GitOptions {
  /** Bytes for stdin; none by default. */
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes besides 0 that are answers rather than errors. */
  readonly accept?: readonly number[]
}

export interface GitAnswer {
  readonly exitCode: number
  readonly stdout: Buffer
}

/** The environment of every git process: no GIT_* of the caller, no configuration of the machine. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  }
}

/** Runs git in a bare repository, without a shell. Throws GitError on an exit code that is not accepted. */
export async function gitAnswer(
  gitDir: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitAnswer> {
  const result = await execa('git', ['--git-dir', gitDir, ...args], {
    env: gitEnvironment(options.env),
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  })
  const exitCode = result.exitCode ?? -1
  if (exitCode !== 0 && !(options.accept ?? []).includes(exitCode)) {
    const stderr = result.stderr ? Buffer.from(result.stderr).toString() : ''
    throw new GitError(args, exitCode, stderr || (result.shortMessage ?? ''))
  }
  return { exitCode, stdout: Buffer.from(result.stdout ?? new Uint8Array()) }
}

/** Like gitAnswer, for commands whose output is text; without the final newline. */
export async function git(
  gitDir: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const { stdout } = await gitAnswer(gitDir, args, options)
  return stdout.toString().replace(/\n$/, '')
}
