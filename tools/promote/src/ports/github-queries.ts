/** The GraphQL that this package sends to GitHub. Values go in as variables, never into the text. */

/**
 * The files at the head of a branch, and which commit that is, as one consistent state.
 * @param count how many files; their paths are the variables `path0`, `path1`, …
 */
export function branchSnapshotQuery(count: number): string {
  return `query BranchSnapshot($owner: String!, $name: String!, $ref: String!${pathVariables(count)}) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) { target { oid ... on Commit { ${files(count)} } } }
  }
}`
}

/** The same at a commit that is known by its id. */
export function commitSnapshotQuery(count: number): string {
  return `query CommitSnapshot($owner: String!, $name: String!, $oid: GitObjectID!${pathVariables(count)}) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) { oid ... on Commit { ${files(count)} } }
  }
}`
}

/** The commits on a branch that changed `path`, the file after each, and the pull requests that brought it. */
export const historyQuery = `query History($owner: String!, $name: String!, $ref: String!, $path: String!, $limit: Int!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) { target { ... on Commit { history(path: $path, first: $limit) { nodes {
      oid message committedDate url
      author { name user { login } }
      file0: file(path: $path) { object { oid ... on Blob { text isBinary isTruncated } } }
      associatedPullRequests(first: 10) { nodes { number url state baseRefName } }
    } } } } }
  }
}`

export const createCommitMutation = `mutation CreateCommit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

function pathVariables(count: number): string {
  return range(count)
    .map((index) => `, $path${index}: String!`)
    .join('')
}

function files(count: number): string {
  const list = range(count).map(
    (index) =>
      `file${index}: file(path: $path${index}) { object { oid ... on Blob { text isBinary isTruncated } } }`,
  )
  return ['__typename', ...list].join('\n')
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
