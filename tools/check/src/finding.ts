/** One thing that must change before a merge, or (`info`) one that a person should know. */
export interface Finding {
  /** Name of the rule; the same as its file in `rules/`. */
  rule: string
  severity: 'error' | 'info'
  /** Path from the repository's root: the source file where it is known, else the kustomization. */
  file: string
  /** `Kind/name`, or empty when the file as a whole is meant. */
  object: string
  message: string
  remedy: string
}

/** Everything that two identical findings share: one source rendered for three environments is one finding. */
function findingKey(finding: Finding): string {
  return JSON.stringify([finding.rule, finding.file, finding.object, finding.message])
}

export function uniqueFindings(findings: Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [findingKey(finding), finding])).values()]
}
