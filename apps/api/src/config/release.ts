import { readFileSync } from 'node:fs'

/** Beside `dist/` in the image: the commit that it was built from. */
const versionFile = new URL('../version', import.meta.url)

/**
 * The variables of this process, with `APP_VERSION` as the image's own file says. The file wins over the variable: a builder
 * may take a variable from its cache, and it would then name another commit.
 */
export function processVariables(file: URL = versionFile): NodeJS.ProcessEnv {
  try {
    return { ...process.env, APP_VERSION: readFileSync(file, 'utf8').trim() }
  } catch {
    // A checkout has no such file.
    return process.env
  }
}
