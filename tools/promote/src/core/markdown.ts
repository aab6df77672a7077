// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const invisible = /[\u0000-\u001f\u007f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text from outside (a commit's subject, a name) as one line without characters that hide or reorder what is read. */
export function plain(text: string, limit = 120): string {
  const clean = text.replaceAll(invisible, ' ').replaceAll(/\s+/g, ' ').trim()
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean
}

/** The same as a Markdown code span, in which nothing is a link, a mention, HTML or a table's border. */
export function code(text: string, limit = 120): string {
  const clean = plain(text, limit).replaceAll('|', '\u2502') || ' '
  const longest = Math.max(0, ...(clean.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${clean}${pad}${fence}`
}

/** `1 commit`, `2 commits`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
