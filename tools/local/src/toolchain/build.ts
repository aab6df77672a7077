import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import { Failure } from '../failure.ts'
import { bin, cache } from '../paths.ts'
import { type GoProgram, goToolchain, moduleDir, pinnedVersion, programs } from './programs.ts'

/** What a finished build left: enough to notice a broken copy and to say how long the next one takes. */
interface Manifest {
  readonly seconds: number
  readonly sha256: Readonly<Record<string, string>>
}

const store = join(cache, 'toolchain')

/** The key of a build: everything that decides what comes out of it. */
function buildKey(program: GoProgram): string {
  const hash = createHash('sha256').update(JSON.stringify([program, goToolchain, process.arch]))
  const dir = moduleDir(program.name)
  for (const file of readdirSync(dir).sort()) hash.update(file).update(readFileSync(join(dir, file)))
  return hash.digest('hex').slice(0, 16)
}

/** The folder that holds a program's binaries, built or not. */
function outputDir(program: GoProgram): string {
  return join(store, `${program.name}-${buildKey(program)}`)
}

/**
 * The path of a binary of the toolchain.
 * @throws Failure when no program provides it
 */
export function binary(name: string): string {
  const program = programs.find((candidate) => name in candidate.binaries)
  if (!program) throw new Failure(`the toolchain has no program ${name}`)
  return join(outputDir(program), name)
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** The manifest of an intact build; undefined when there is none or a file is not what was built. */
async function intact(program: GoProgram): Promise<Manifest | undefined> {
  const dir = outputDir(program)
  try {
    const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as Manifest
    for (const [name, expected] of Object.entries(manifest.sha256)) {
      if ((await sha256(join(dir, name))) !== expected) return undefined
    }
    return Object.keys(program.binaries).every((name) => name in manifest.sha256) ? manifest : undefined
  } catch {
    return undefined
  }
}

/** Seconds that the last build of this program took, whatever its version; undefined when it was never built. */
function lastDuration(program: GoProgram): number | undefined {
  if (!existsSync(store)) return undefined
  const seconds = readdirSync(store)
    .filter((entry) => entry.startsWith(`${program.name}-`))
    .map((entry) => {
      try {
        return (JSON.parse(readFileSync(join(store, entry, 'manifest.json'), 'utf8')) as Manifest).seconds
      } catch {
        return undefined
      }
    })
  return seconds.find((value) => value !== undefined)
}

function buildArguments(program: GoProgram, output: string, importPath: string): string[] {
  const pinned = pinnedVersion(program.name)
  const version = program.bareVersion ? pinned.slice(1) : pinned
  const stamps = (program.stamps ?? []).map((variable) => `-X ${variable}=${version}`)
  const tags = program.tags ? ['-tags', program.tags] : []
  const ldflags = ['-s', '-w', ...stamps].join(' ')
  return ['build', '-mod=readonly', '-trimpath', ...tags, '-ldflags', ldflags, '-o', output, importPath]
}

async function build(program: GoProgram, log: string): Promise<Manifest> {
  const dir = outputDir(program)
  const partial = `${dir}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const started = Date.now()
  const output = { file: log, append: true } as const
  await writeFile(log, '')
  const hashes: Record<string, string> = {}
  for (const [name, importPath] of Object.entries(program.binaries)) {
    const target = join(partial, name)
    // One build at a time on this machine, other checkouts included: two would only slow each other down.
    const done = await execa(
      'flock',
      [join(cache, 'build.lock'), 'go', ...buildArguments(program, target, importPath)],
      {
        cwd: moduleDir(program.name),
        env: { GOTOOLCHAIN: goToolchain, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: program.cgo ? '1' : '0' },
        stdin: 'ignore',
        stdout: output,
        stderr: output,
        reject: false,
      },
    )
    if (done.failed) {
      throw new Failure(
        `building ${name} ${pinnedVersion(program.name)} failed`,
        `read ${log}, then run the command again`,
      )
    }
    hashes[name] = await sha256(target)
  }
  const manifest: Manifest = { seconds: Math.round((Date.now() - started) / 1000), sha256: hashes }
  await writeFile(join(partial, 'manifest.json'), JSON.stringify(manifest, null, 2))
  await rm(dir, { recursive: true, force: true })
  await rename(partial, dir)
  return manifest
}

/** Points `<cache>/bin/<name>` at the newest build, for people's own use. */
async function link(program: GoProgram): Promise<void> {
  await mkdir(bin, { recursive: true })
  for (const name of Object.keys(program.binaries)) {
    const temporary = join(bin, `.${name}.${process.pid}`)
    await symlink(join(outputDir(program), name), temporary)
    await rename(temporary, join(bin, name))
  }
}

/**
 * Builds what is missing or broken of the named programs (all by default), one after the other.
 * An interrupted build resumes, because Go keeps what it compiled.
 * @param say told one line per build
 */
export async function ensureToolchain(
  say: (line: string) => void,
  names: readonly string[] = programs.map((program) => program.name),
): Promise<void> {
  const logs = join(cache, 'logs')
  await mkdir(logs, { recursive: true })
  for (const program of programs.filter((candidate) => names.includes(candidate.name))) {
    if (await intact(program)) continue
    const last = lastDuration(program)
    const log = join(logs, `build-${program.name}.log`)
    const expectation = last === undefined ? 'for the first time' : `last time ${last} s`
    say(`building ${program.name} ${pinnedVersion(program.name)} (${expectation}; log: ${log})`)
    const { seconds } = await build(program, log)
    await link(program)
    say(`built ${program.name} in ${seconds} s`)
  }
}
