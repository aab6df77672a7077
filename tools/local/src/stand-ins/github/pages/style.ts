/** The one style sheet of the pages; light and dark, no external requests. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --page: #fff;
  --green: #1a7f37; --green-soft: #dafbe1; --red: #d1242f; --red-soft: #ffebe9; --amber: #9a6700; --purple: #8250df; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --muted: #9198a1; --line: #3d444d; --soft: #151b23; --page: #0d1117;
  --green: #3fb950; --green-soft: #12261e; --red: #f85149; --red-soft: #25171c; --amber: #d29922; --purple: #ab7df8; --link: #4493f8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
header.site { background: var(--soft); border-bottom: 1px solid var(--line); padding: .7rem 1.5rem; display: flex; gap: 1rem; align-items: baseline; }
header.site span { color: var(--muted); font-size: .85rem; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
a { color: inherit; } a[href] { color: var(--link); text-decoration: none; } a[href]:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.7rem; font-weight: 500; line-height: 1.25; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h1 .number { color: var(--muted); font-weight: 300; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
.muted { color: var(--muted); }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
code { background: color-mix(in srgb, var(--muted) 14%, transparent); padding: .15em .35em; border-radius: 5px; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; } pre code { background: none; padding: 0; }
.pill { display: inline-block; border-radius: 2em; padding: .15rem .75rem; color: #fff; font-weight: 500; font-size: .85rem; margin-right: .5rem; }
.pill.open { background: #1f883d; } .pill.merged { background: #8250df; } .pill.closed { background: #cf222e; }
.label { border: 1px solid var(--line); border-radius: 2em; padding: 0 .6rem; font-size: .8rem; }
.box { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 1rem; overflow: hidden; }
.box > .head { background: var(--soft); border-bottom: 1px solid var(--line); padding: .5rem 1rem; font-size: .9rem; overflow-wrap: anywhere; }
.box > .body { padding: .2rem 1rem; }
.box.done { border-color: var(--green); } .box.stop { border-color: var(--red); }
.markdown table { border-collapse: collapse; display: block; overflow-x: auto; } .markdown th, .markdown td { border: 1px solid var(--line); padding: .3rem .7rem; text-align: left; }
.markdown > :first-child { margin-top: .8rem; }
.markdown h1, .markdown h2 { border-bottom: 1px solid var(--line); padding-bottom: .2rem; font-size: 1.2rem; font-weight: 600; }
ul.plain { list-style: none; margin: 0; padding: 0; } ul.plain li { border-top: 1px solid var(--line); padding: .5rem 1rem; } ul.plain li:first-child { border-top: 0; }
.check { display: flex; gap: .6rem; align-items: baseline; } .check .name { font-weight: 600; } .check .required { margin-left: auto; }
.success { color: var(--green); } .failure { color: var(--red); } .pending { color: var(--amber); }
table.diff { width: 100%; border-collapse: collapse; font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
table.diff td { padding: 0 .6rem; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; }
table.diff td.line { width: 3.2rem; text-align: right; color: var(--muted); user-select: none; white-space: nowrap; overflow-wrap: normal; }
tr.add { background: var(--green-soft); } tr.del { background: var(--red-soft); } tr.hunk { background: var(--soft); color: var(--muted); }
button { font: inherit; font-weight: 600; color: #fff; background: #1f883d; border: 1px solid #1a7f37; border-radius: 6px; padding: .45rem 1.1rem; cursor: pointer; }
button:hover:enabled { background: #1a7f37; } button:disabled { background: var(--soft); color: var(--muted); border-color: var(--line); cursor: not-allowed; }
.notice { border: 1px solid var(--red); background: var(--red-soft); border-radius: 8px; padding: .7rem 1rem; margin: 0 0 1rem; }
details > summary { cursor: pointer; }
`
