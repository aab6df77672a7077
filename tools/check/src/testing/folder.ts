import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** The checkout that these tests are part of. */
export const repositoryRoot = join(import.meta.dirname, '../../../..')

/** A folder with these files, removed when the test ends. A value `-> target` makes a symbolic link. */
export function folderWith(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'appname-check-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    const link = /^-> (.+)$/.exec(text)?.[1]
    if (link) symlinkSync(link, join(root, path))
    else writeFileSync(join(root, path), text)
  }
  return root
}

/** `folderWith`, and this repository's pins, so that a whole check can run in it. */
export function checkoutWith(files: Record<string, string>): string {
  return folderWith({
    ...files,
    'pnpm-workspace.yaml': '',
    'tools/local/toolchain': `-> ${repositoryRoot}/tools/local/toolchain`,
  })
}
