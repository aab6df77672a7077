import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import path from 'node:path'

const web = path.join(import.meta.dirname, '..')
const server = path.join(web, '.next/standalone/apps/web/server.js')

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Builds the standalone server that these tests start, unless the one that is there is newer than everything it is built from. */
export const setup = (): void => {
  const inputs = globSync(
    ['src/**', 'package.json', 'next.config.ts', 'tsconfig.json', '../../pnpm-lock.yaml'],
    { cwd: web },
  )
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .map((file) => path.join(web, file))
  if (inputs.every((file) => changedAt(file) < changedAt(server))) return
  const build = spawnSync('pnpm', ['build'], {
    cwd: web,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (build.status !== 0) throw new Error(`next build failed:\n${build.stdout}\n${build.stderr}`)
}
