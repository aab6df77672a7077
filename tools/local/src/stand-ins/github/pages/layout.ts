import type { Repository } from '../state/repository.ts'
import { type Html, html, Html as Raw } from './html.ts'
import { STYLE } from './style.ts'

/** A whole page; `repository` adds the way back to it. */
export function page(title: string, repository: Repository | undefined, content: Html): string {
  const home = repository
    ? html`<a href="/${repository.fullName}">${repository.owner} / <strong>${repository.name}</strong></a>`
    : html`<strong>GitHub</strong>`
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Raw(STYLE)}</style>
</head>
<body>
<header class="site">${home}<span>local stand-in for GitHub</span></header>
<main>${content}</main>
</body>
</html>
`
  return document.text
}

/** A commit's short name, linked to its page. */
export function commitLink(repository: Repository, oid: string): Html {
  return html`<a href="/${repository.fullName}/commit/${oid}"><code>${oid.slice(0, 7)}</code></a>`
}
