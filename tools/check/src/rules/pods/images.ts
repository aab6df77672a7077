import { environmentsOf, type Rule, reporter } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { text } from '../../manifest.ts'
import { containersOf, podTemplatesOf } from '../../pods.ts'
import type { RenderedObject } from '../../render.ts'

const report = reporter('images')
const tell = reporter('images', 'info')

/** `<account>.dkr.ecr.<region>.amazonaws.com/<name>:sha-<git sha>@sha256:<digest>` */
const released =
  /^(?<registry>\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com)\/(?<name>[a-z0-9-]+):sha-(?<commit>[0-9a-f]{40})@sha256:(?<digest>[0-9a-f]{64})$/
const zeros = /^0+$/

export const imagesRule: Rule = {
  name: 'images',
  about: 'images of a workload that are not pinned by digest or come from another registry',
  check: (context) =>
    environmentsOf(context).flatMap(({ objects, workload }) => {
      const judged = objects.flatMap((rendered) => imagesOf(rendered).map((image) => ({ rendered, image })))
      const findings = judged.flatMap(({ rendered, image }) => judgeImage(rendered, image, workload))
      const registries = new Set(
        judged.map(({ image }) => released.exec(image)?.groups?.registry).filter(Boolean),
      )
      const first = judged[0]
      if (registries.size > 1 && first)
        findings.push(
          report(
            first.rendered,
            `its environment uses ${registries.size} registries: ${[...registries].join(', ')}`,
            'give every image of release.yaml the same registry',
          ),
        )
      return findings
    }),
}

/** Every image that an object's Pods use. */
export function imagesOf({ manifest }: RenderedObject): string[] {
  return podTemplatesOf(manifest)
    .flatMap(containersOf)
    .map((container) => text(container.image) ?? '')
}

function judgeImage(rendered: RenderedObject, image: string, workload: string): Finding[] {
  const parts = released.exec(image)?.groups
  if (!parts) {
    const remedy =
      'name the image as release.yaml does and give it newName, newTag (sha-<commit>) and digest there'
    return [
      report(rendered, `image "${image}" is not <registry>/<name>:sha-<commit>@sha256:<digest>`, remedy),
    ]
  }
  const findings: Finding[] = []
  if (!parts.name?.startsWith(`${workload}-`))
    findings.push(
      report(rendered, `image ${parts.name} is not one of ${workload}'s`, `use an image named ${workload}-…`),
    )
  const placeholder = [parts.commit, parts.digest].filter((part) => zeros.test(part ?? '')).length
  if (placeholder === 1)
    findings.push(
      report(
        rendered,
        `image ${parts.name} has half a placeholder`,
        'let "promote bump" write tag and digest together',
      ),
    )
  if (placeholder === 2)
    findings.push(
      tell(
        rendered,
        `image ${parts.name} is the placeholder of an environment that has had no release`,
        'let "promote bump" write the first one',
      ),
    )
  return findings
}
