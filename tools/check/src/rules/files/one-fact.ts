import { type Context, type Rule, reporter, type TextFile } from '../../context.ts'
import type { Finding } from '../../finding.ts'
import { pinFile } from '../../modules.ts'

const report = reporter('one-fact')

/** A fact of the installation, the files that state it, and the ones that must repeat it because they cannot read it. */
interface Fact {
  name: string
  /** Finds every value that could be this fact; group `value` is compared. */
  pattern: RegExp
  home: RegExp
  homeName: string
  /** Files that cannot read the home. They are no second home: their values must agree with it. */
  mirrors: RegExp[]
}

const releaseFile = /^workloads\/[^/]+\/envs\/[^/]+\/release\/release\.yaml$/
const standIns = /^clusters\/local\/stand-ins\//

/** Where facts are looked for: what is synced or run in CI. Programs take them from there or from their environment. */
const judged = /^(workloads|clusters|platform|\.github|docker)\//

export const facts: Fact[] = [
  {
    name: 'AWS account',
    pattern: /(?<![\w.@:-])(?<value>\d{12})(?![\w-])/g,
    home: releaseFile,
    homeName: 'newName in release.yaml',
    mirrors: [standIns],
  },
  {
    name: 'AWS region',
    pattern:
      /(?<value>\b(?:af|ap|ca|eu|il|me|mx|sa|us)(?:-gov)?-(?:north|south|east|west|central|northeast|southeast|southwest|northwest)-\d\b)/g,
    home: /^workloads\/[^/]+\/base\/release\/app-config\.env$/,
    homeName: 'AWS_REGION in workloads/<name>/base/release/app-config.env',
    mirrors: [releaseFile, standIns, /^clusters\/base\/facts\.yaml$/, /^docker\/compose\.yaml$/],
  },
]

export const oneFactRule: Rule = {
  name: 'one-fact',
  about: 'a second copy of a fact that has one home: account, region, hosts, versions',
  check: (context) => [
    ...facts.flatMap((fact) => judgeFact(fact, context)),
    ...judgeHosts(context),
    ...judgeVersions(context),
  ],
}

function judgeFact(fact: Fact, { texts }: Context): Finding[] {
  const inScope = texts.filter(({ path }) => judged.test(path))
  const stated = inScope
    .filter(({ path }) => fact.home.test(path))
    .flatMap((file) => valuesIn(file, fact.pattern))
  const values = [...new Set(stated.map(({ value }) => value))]
  const expected = values[0]
  if (expected === undefined) return []
  const quarrel =
    values.length > 1
      ? [
          report(
            stated[0]?.path ?? '',
            `${fact.name} has ${values.length} values: ${values.join(', ')}`,
            'agree on one',
          ),
        ]
      : []
  const elsewhere = inScope
    .filter(({ path }) => !fact.home.test(path))
    .flatMap((file) =>
      valuesIn(file, fact.pattern).flatMap(({ path, line, value }) => {
        const mirror = fact.mirrors.some((pattern) => pattern.test(path))
        if (mirror && value === expected) return []
        const remedy = mirror ? `write ${expected}` : `take it from ${fact.homeName}, its one home`
        return [
          report(
            path,
            `line ${line}: ${mirror ? 'disagrees about' : 'repeats'} the ${fact.name}: ${value}`,
            remedy,
          ),
        ]
      }),
    )
  return [...quarrel, ...elsewhere]
}

/** Hosts: APP_URL and API_URL of an environment's app-config.env are their home; `argocd.…` belongs to cluster.yaml. */
function judgeHosts({ texts }: Context): Finding[] {
  const home = /^workloads\/[^/]+\/envs\/[^/]+\/release\/environment\/app-config\.env$/
  const hosts = new Map<string, string>()
  for (const file of texts.filter(({ path }) => home.test(path)))
    for (const { value, path } of valuesIn(file, /^\w+=https?:\/\/(?<value>[^/\s:]+)/gm))
      hosts.set(value, path)
  return texts
    .filter(({ path }) => judged.test(path) && !home.test(path))
    .flatMap((file) =>
      [...hosts].flatMap(([host, stated]) => {
        const found = valuesIn(
          file,
          new RegExp(`(?<![\\w.-])(?<value>${literally(host)})(?![\\w.-]*\\w)`, 'g'),
        )
        return found.map(({ line }) =>
          report(file.path, `line ${line}: repeats the host ${host}`, `take it from ${stated}, its one home`),
        )
      }),
    )
}

/** Where Argo CD takes the revision from; `add-on-versions` sees that it is the pinned one. */
const mayNameVersions = [
  /^(platform|clusters)\/.*addon\.yaml$/,
  /\.md$/,
  /(^|\/)go\.(mod|sum)$/,
  /\.test\.ts$/,
  /(^|\/)(test|fixtures)\//,
]

/** Versions of the platform's programs: pinned by the toolchain, repeated only where Argo CD names a revision. */
function judgeVersions({ texts, pins }: Context): Finding[] {
  const names = new Map(Object.entries(pins).map(([name, version]) => [version, name]))
  const pattern = new RegExp(
    `(?<![\\w.])(?<value>${[...names.keys()].map(literally).join('|')})(?![\\w.]*\\w)`,
    'g',
  )
  return texts
    .filter(({ path }) => !mayNameVersions.some((allowed) => allowed.test(path)))
    .flatMap((file) => valuesIn(file, pattern).filter(({ source }) => !comment.test(source)))
    .map(({ path, line, value }) => {
      const name = names.get(value) ?? ''
      return report(
        path,
        `line ${line}: repeats the version of ${name}, ${value}`,
        `read it from ${pinFile(name)}`,
      )
    })
}

/** A comment's example misleads nobody when it is old; a value that is used does. */
const comment = /^\s*(\*|\/\/|#)/

interface Stated {
  path: string
  line: number
  value: string
  /** The whole line. */
  source: string
}

function valuesIn({ path, text }: TextFile, pattern: RegExp): Stated[] {
  return [...text.matchAll(pattern)].map((match) => {
    const before = text.slice(0, match.index).split('\n')
    const end = text.indexOf('\n', match.index)
    const source = (before.at(-1) ?? '') + text.slice(match.index, end < 0 ? undefined : end)
    return { path, line: before.length, value: match.groups?.value ?? match[0], source }
  })
}

function literally(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
