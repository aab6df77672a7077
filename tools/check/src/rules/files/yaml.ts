import { type Rule, reporter } from '../../context.ts'

const report = reporter('yaml')

export const yamlRule: Rule = {
  name: 'yaml',
  about: 'files that do not parse, have a key twice, or read differently in YAML 1.1 and 1.2',
  check: ({ files }) =>
    files.flatMap(({ path, problems }) =>
      problems.map(({ line, message, remedy }) => report(path, `line ${line}: ${message}`, remedy)),
    ),
}
