import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface RunningProgram {
  process: ChildProcess
  /** Resolves with exit code and what was printed. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Resolves with the first line of output that `matches`. */
  line(matches: RegExp): Promise<RegExpExecArray>
}

/** Starts one of the image's programs from source, with only these variables beside PATH. */
export function startProgramFile(
  program: string,
  variables: Record<string, string>,
  args: string[] = [],
): RunningProgram {
  const child = spawn(process.execPath, ['--import', 'tsx', `src/${program}.ts`, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    process: child,
    ended,
    line: (matches) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = matches.exec(stdout)
          if (found !== null) resolve(found)
        }
        child.stdout.on('data', look)
        void ended.then(() => reject(new Error(`${program} ended without ${matches}: ${stdout}${stderr}`)))
        look()
      }),
  }
}

/** Runs one of the image's programs to its end. */
export function runProgramFile(program: string, variables: Record<string, string>, args: string[] = []) {
  return startProgramFile(program, variables, args).ended
}
