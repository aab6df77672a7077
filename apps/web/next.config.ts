import path from 'node:path'
import type { NextConfig } from 'next'

/**
 * Build-time settings only. Nothing that differs between environments may stand here or in a NEXT_PUBLIC_ variable: both would be
 * baked into the image, and the image that ran in stage is the one that runs in prod. See src/environment.ts for what is read at start.
 */
const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: path.join(import.meta.dirname, '../..'),
  // No page uses next/image: pnpm-workspace.yaml leaves the image optimiser (sharp) out.
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  // Every page is rendered per request and the root file system is read-only: there is nothing to cache on disk.
  experimental: { isrFlushToDisk: false },
  agentRules: false,
}

export default config
