import { marked } from 'marked'
import sanitizeHtml from 'sanitize-html'

/** HTML that is safe to put into a page. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | undefined | readonly Html[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(render).join('')
  return String(part).replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter)
}

/** A template whose values are escaped, unless they are Html themselves. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(
    texts.map((text, index) => text + (index < parts.length ? render(parts[index]) : '')).join(''),
  )
}

/** GitHub-flavoured markdown, with what could do harm taken out; <details> stays, as on GitHub. */
export function markdown(source: string): Html {
  const unsafe = marked.parse(source, { gfm: true, async: false })
  return new Html(
    sanitizeHtml(unsafe, {
      allowedTags: [...sanitizeHtml.defaults.allowedTags, 'details', 'summary', 'del', 'ins', 'input'],
      allowedAttributes: {
        a: ['href', 'title'],
        code: ['class'],
        details: ['open'],
        input: ['type', 'checked', 'disabled'],
        th: ['align'],
        td: ['align'],
      },
      allowedSchemes: ['http', 'https', 'mailto'],
      exclusiveFilter: ({ tag, attribs }) => tag === 'input' && attribs.type !== 'checkbox',
    }),
  )
}
