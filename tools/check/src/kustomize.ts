import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { goBuild } from './build-go.ts'
import { CheckError } from './errors.ts'
import { cacheFolder, pinnedModules } from './modules.ts'

/**
 * Path of the pinned kustomize: `$KUSTOMIZE`, else the toolchain's in the cache, else built into that place.
 * @throws CheckError `no-kustomize` when `$KUSTOMIZE` is not there, `go-build` when it cannot be built.
 */
export async function findKustomize(root: string, say: (line: string) => void): Promise<string> {
  const given = process.env.KUSTOMIZE
  if (given) {
    if (existsSync(given)) return given
    throw new CheckError(
      'no-kustomize',
      `KUSTOMIZE names ${given}, which is not there`,
      'correct or unset KUSTOMIZE',
    )
  }
  const path = join(cacheFolder(), 'bin/kustomize')
  if (!existsSync(path)) {
    say('building kustomize (once, some seconds)')
    await goBuild(join(root, 'tools/local/toolchain/kustomize'), pinnedModules.kustomize, path)
  }
  return path
}

/** What `kustomize build` answered: YAML, or the reason in one line. */
export type BuildResult = { ok: true; yaml: string } | { ok: false; reason: string }

/** Builds `folder` (relative to `root`) with kustomize's own defaults, which are Argo CD's too. */
export async function kustomizeBuild(kustomize: string, root: string, folder: string): Promise<BuildResult> {
  const answer = await execa(kustomize, ['build', folder], {
    cwd: root,
    reject: false,
    stripFinalNewline: false,
  })
  if (answer.exitCode === 0) return { ok: true, yaml: answer.stdout }
  return { ok: false, reason: oneLine(answer.stderr || answer.message || 'kustomize did not start', root) }
}

/** kustomize wraps one reason in many (`accumulating resources: …: …`); the last parts say what is wrong and where. */
export function oneLine(stderr: string, root: string): string {
  const flat = stderr
    .replace(/^Error: /, '')
    .replaceAll(`${root}/`, '')
    .replace(/\s+/g, ' ')
    .trim()
  const parts = flat.split(/: (?=accumulat|recursed)/)
  return (parts.at(-1) ?? flat).replace(/^(accumulating|recursed accumulation of)[^:]*: /, '').slice(0, 400)
}
