import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { CheckError } from './errors.ts'
import { cacheFolder } from './modules.ts'

/**
 * Builds one Go program into `target` (absolute), so that a reader never sees half of it.
 * @throws CheckError `go-build` with the compiler's first line.
 */
export async function goBuild(folder: string, packagePath: string, target: string): Promise<void> {
  const partial = `${target}.${process.pid}`
  await mkdir(dirname(target), { recursive: true })
  const args = ['build', '-trimpath', '-o', partial, packagePath]
  const answer = await execa('go', args, {
    cwd: folder,
    env: { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
    reject: false,
  })
  if (answer.exitCode !== 0) {
    const reason =
      (answer.stderr || answer.message || '')
        .split('\n')
        .find((line) => !line.startsWith('go: downloading')) ?? ''
    throw new CheckError(
      'go-build',
      `cannot build ${packagePath}: ${reason}`,
      'install Go and see that its module proxy is reachable',
    )
  }
  await rename(partial, target)
}

/** Path of a program built from this package's own Go sources, built again whenever they change. */
export async function ownProgram(name: string, say: (line: string) => void): Promise<string> {
  const folder = join(import.meta.dirname, '..', name)
  const sources = await Promise.all(
    ['go.mod', 'go.sum', 'main.go'].map((file) => readFile(join(folder, file))),
  )
  const key = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16)
  const target = join(cacheFolder(), 'check', `${name}-${key}`)
  if (!existsSync(target)) {
    say(`building ${name} (once, some seconds)`)
    await goBuild(folder, '.', target)
  }
  return target
}
