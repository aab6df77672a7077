import { readFile, rm } from 'node:fs/promises'
import { build } from 'esbuild'

/**
 * One file per program of the image. What stays out of the bundle is what `dependencies` names: the packages that
 * OpenTelemetry patches as they are loaded, and the schema engine with its `.wasm` file. Everything else is a
 * devDependency, so that a production install is those few packages.
 */
const programs = ['api', 'worker', 'migrate', 'snapshot', 'smoke', 'canary-check']
const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
  dependencies: Record<string, string>
}
/** Optional backends of bundled packages, which nothing here uses. */
const unused = ['pg-native', '@valkey/valkey-glide', 'bullmq-otel']

await rm('dist', { recursive: true, force: true })
const result = await build({
  entryPoints: programs.map((program) => `src/${program}.ts`),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: [...Object.keys(dependencies), ...unused, '*.wasm'],
  banner: {
    // CommonJS packages inside the bundle call these.
    js: [
      `import { createRequire as bundleRequire } from 'node:module'`,
      `import { fileURLToPath as bundlePath } from 'node:url'`,
      'const require = bundleRequire(import.meta.url)',
      'const __filename = bundlePath(import.meta.url)',
      `const __dirname = bundlePath(new URL('.', import.meta.url))`,
    ].join(';'),
  },
  // No source maps: with them a process holds 70 MB more. Names and lines stay readable instead.
  sourcemap: false,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
})
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(`built ${programs.length} programs: ${(bytes / 1e6).toFixed(1)} MB`)
