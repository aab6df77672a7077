import { schema } from '@octokit/graphql-schema'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import {
  branchSnapshotQuery,
  commitSnapshotQuery,
  createCommitMutation,
  historyQuery,
} from './github-queries.ts'

// The published schema defines two fields twice, which graphql-js refuses unless told that it is valid.
const github = buildSchema(schema.idl, { assumeValidSDL: true })

test.each([
  ['no file at the head of a branch', branchSnapshotQuery(0)],
  ['three files at the head of a branch', branchSnapshotQuery(3)],
  ['one file at a commit', commitSnapshotQuery(1)],
  ['the history of a file', historyQuery],
  ['a commit on a branch', createCommitMutation],
])("GitHub's published schema accepts the query for %s", (_, query) => {
  expect(validate(github, parse(query))).toEqual([])
})
