import { neverReleased, type Release } from '../core/release.ts'
import type { ReleaseOut } from './result.ts'

/** A release as output shows it; the zeros of a checkout are null. */
export function releaseOut(release: Release | null): ReleaseOut {
  if (release === null || neverReleased(release)) return null
  return { commit: release.commit, images: Object.fromEntries(release.images) }
}
