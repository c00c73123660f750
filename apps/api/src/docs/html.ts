/** Text made safe for HTML content and attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The little Markdown our own descriptions use: `code` and lists. */
export function prose(text: string): string {
  const inline = (line: string) => escapeHtml(line).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
  return text
    .split(/\n{2,}/)
    .map((block) =>
      block.startsWith('* ')
        ? `<ul>${block
            .split('\n')
            .map((line) => `<li>${inline(line.replace(/^\* /, ''))}</li>`)
            .join('')}</ul>`
        : `<p>${inline(block)}</p>`,
    )
    .join('');
}

/** A page of the documentation: no script, no asset from elsewhere. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/docs/style.css"></head>
<body>${body}</body></html>
`;
}

/** The only style sheet; light and dark. */
export const STYLE = `:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6776;--line:#dfe4ea;--ground:#fff;--panel:#f6f8fa;--code:#f0f3f6;--get:#1a6fb5;--post:#1c7c4a;--accent:#b3371f}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa7b5;--line:#2c3743;--ground:#12181f;--panel:#18202a;--code:#1f2833;--get:#6db3ee;--post:#63c48f;--accent:#f08a72}}
*{box-sizing:border-box}html{scroll-padding-top:1rem}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.65 system-ui,"Hiragino Sans","Noto Sans JP",sans-serif}
a{color:var(--get);text-decoration:none}a:hover,a:focus{text-decoration:underline}
.shell{display:grid;grid-template-columns:17rem minmax(0,1fr);max-width:78rem;margin:0 auto}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);font-size:.88rem}
nav h2{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:1.2rem 0 .3rem}nav a{display:block;padding:.15rem 0;color:var(--ink)}
.brand{font-weight:700;font-size:1.15rem}.brand span{color:var(--accent)}
main{padding:2rem 2.5rem 6rem}main.single{max-width:46rem;margin:0 auto}
h1{font-size:1.9rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:1.35rem;margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}h3{font-size:1.08rem;margin:2.2rem 0 .4rem}h4{font-size:.85rem;color:var(--soft);margin:1.2rem 0 .3rem;font-weight:600}
.op{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.25rem;margin:1.2rem 0;background:var(--panel)}.op h3{margin:0}
.path{font:600 .95rem/1.4 ui-monospace,SFMono-Regular,Menlo,monospace}.verb{display:inline-block;min-width:3.4rem;color:var(--get)}.verb.post{color:var(--post)}
table{width:100%;border-collapse:collapse;font-size:.88rem}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line)}th{color:var(--soft);font-weight:600;border-top:0}
td p,td ul{margin:0}td p+p{margin-top:.4rem}td:first-child{padding-right:1.2rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:.86em}code{background:var(--code);padding:.1em .3em;border-radius:.25em}
pre{background:var(--code);padding:.9rem 1rem;border-radius:.5rem;overflow:auto}pre code{background:none;padding:0}
.need{color:var(--accent);font-size:.8em}.soft{color:var(--soft)}details{margin:.5rem 0}summary{cursor:pointer;color:var(--soft);font-size:.88rem}
@media(max-width:50rem){.shell{display:block}nav{position:static;height:auto;border:0;columns:2}nav h2{break-after:avoid}.shell table{display:block;overflow-x:auto}main{padding:1rem}}
`;
