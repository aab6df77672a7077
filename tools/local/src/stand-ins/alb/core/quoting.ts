/** One word of HAProxy configuration, whatever is in it. */
export function quote(text: string): string {
  if (/^[\w.:/*-]+$/.test(text)) return text
  const inside = [...text].map((c) =>
    c === "'" ? `'\\''` : c < ' ' || c === '\x7f' ? `'${hexEscape(c)}'` : c,
  )
  return `'${inside.join('')}'`
}

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

export function regexEscape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** ALB pattern (`*` any characters, `?` one) as an anchored regular expression. */
export function patternToRegex(pattern: string): string {
  const body = [...pattern].map((c) => (c === '*' ? '.*' : c === '?' ? '.' : regexEscape(c))).join('')
  return `^${body}$`
}
