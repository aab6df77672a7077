// Tests everything: style, types, every package's own tests, and the whole path on a real cluster.
// Arguments narrow it down: `npm test -- promote check` runs those suites only.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Failure, report } from './local/src/failure.ts'
import { checkout } from './local/src/paths.ts'
import { say } from './local/src/progress.ts'
import { ensureSystemPackages } from './local/src/system.ts'
import { binary, ensureToolchain } from './local/src/toolchain/build.ts'

/** What one suite gave: counts of its tests. */
interface Counts {
  readonly passed: number
  readonly failed: number
}

interface Suite {
  readonly name: string
  run(): Promise<Counts>
}

const bin = join(checkout, 'node_modules/.bin')

/** A program that either passes or fails as one test. */
function program(name: string, command: string, args: readonly string[]): Suite {
  return {
    name,
    run: async () => {
      const { failed } = await execa(command, args, {
        cwd: checkout,
        stdio: ['ignore', 'inherit', 'inherit'],
        reject: false,
      })
      return failed ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 }
    },
  }
}

/** The vitest tests of a package. @param args beside `run` */
function vitest(name: string, folder: string, args: readonly string[] = []): Suite {
  return {
    name,
    run: async () => {
      const dir = await mkdtemp(join(tmpdir(), 'vitest-'))
      const output = join(dir, 'result.json')
      try {
        const cwd = join(checkout, folder)
        const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`]
        const { failed } = await execa(
          join(cwd, 'node_modules/.bin/vitest'),
          ['run', ...reporters, ...args],
          {
            cwd,
            env: { KUSTOMIZE: binary('kustomize'), CI: 'true' },
            stdio: ['ignore', 'inherit', 'inherit'],
            reject: false,
          },
        )
        const result = JSON.parse(await readFile(output, 'utf8').catch(() => '{}')) as {
          numPassedTests?: number
          numFailedTests?: number
        }
        const counts = { passed: result.numPassedTests ?? 0, failed: result.numFailedTests ?? 0 }
        // A suite that broke before it counted a failure has failed all the same.
        return failed && counts.failed === 0 ? { ...counts, failed: 1 } : counts
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    },
  }
}

const suites: readonly Suite[] = [
  program('lint', join(bin, 'biome'), ['check', '--error-on-warnings', '.']),
  program('typecheck', join(bin, 'turbo'), ['run', 'typecheck', '--output-logs=errors-only']),
  vitest('check', 'tools/check'),
  vitest('promote', 'tools/promote'),
  vitest('local', 'tools/local'),
  vitest('api', 'apps/api'),
  vitest('web', 'apps/web'),
  vitest('path', 'tools/local', ['--config', 'vitest.path.config.ts']),
]

function chosen(names: readonly string[]): readonly Suite[] {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length > 0) {
    const known = suites.map((suite) => suite.name).join(', ')
    throw new Failure(`no suite named ${unknown.join(', ')}`, `there are: ${known}`, 2)
  }
  return names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.name))
}

async function main(names: readonly string[]): Promise<void> {
  const wanted = chosen(names)
  await ensureSystemPackages(say, true)
  await ensureToolchain(say, names.length === 0 || names.includes('path') ? undefined : ['kustomize'])
  const results: [string, Counts, number][] = []
  for (const suite of wanted) {
    say(`suite ${suite.name}`)
    const started = Date.now()
    results.push([suite.name, await suite.run(), Math.round((Date.now() - started) / 1000)])
  }
  for (const [name, { passed, failed }, seconds] of results) {
    console.log(
      `${name.padEnd(10)} ${String(passed).padStart(4)} passed ${String(failed).padStart(3)} failed  ${seconds} s`,
    )
  }
  const total = (key: keyof Counts) => results.reduce((sum, [, counts]) => sum + counts[key], 0)
  console.log(`${total('passed')} passed, ${total('failed')} failed`)
  if (total('failed') > 0 || total('passed') === 0) process.exitCode = 1
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = report(error)
})
