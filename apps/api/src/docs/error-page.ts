import type { ErrorFacts } from '@tsunagu/kernel';
import { problemBody } from '../problem/problem-reply.js';
import { PROBLEMS, type ProblemCode } from '../problem/problem-catalogue.js';
import { escapeHtml, page } from './html.js';

const ASKED = { requestId: 'req_01JDA0Q5P8F6TBN3X2V7K9M4RE', path: '/v1/payments' };
/** Facts that the example of a page shows. */
const EXAMPLE_FACTS: Readonly<Partial<Record<ProblemCode, ErrorFacts>>> = {
  state_conflict: { current_status: 'captured', allowed_actions: 'refund ensure_cancelled' },
};
const NOTHING_TOLD = {
  en: 'Something of ours failed. The answer says nothing about the outcome of the request.',
  ja: '当社側の問題です。要求の結果については何も示しません。',
};

function causeOf(code: ProblemCode): { ja: string; en: string } {
  const { detail } = PROBLEMS[code];
  return { en: detail.en || NOTHING_TOLD.en, ja: detail.ja || NOTHING_TOLD.ja };
}

function exampleOf(code: ProblemCode): string {
  const body = problemBody({ code, facts: EXAMPLE_FACTS[code] }, 'en', ASKED);
  return `HTTP/1.1 ${PROBLEMS[code].status}\nContent-Type: application/problem+json\n\n${JSON.stringify(body, null, 2)}`;
}

/** The page behind the `type` of a problem: cause, fix, example. */
export function errorPage(code: ProblemCode): string {
  const { title, fix, status, nextAction, retryable } = PROBLEMS[code];
  const cause = causeOf(code);
  const both = (text: { ja: string; en: string }) =>
    `<p>${escapeHtml(text.en)}</p><p lang="ja">${escapeHtml(text.ja)}</p>`;
  return page(
    code,
    `<main class="single"><p><a href="/docs">← Tsunagu API</a></p><h1><code>${code}</code></h1>
<p>${escapeHtml(title.en)} · <span lang="ja">${escapeHtml(title.ja)}</span></p>
<table><tr><td>Status</td><td>${status}</td></tr><tr><td>next_action</td><td><code>${nextAction}</code></td></tr><tr><td>retryable</td><td><code>${retryable}</code></td></tr></table>
<h3>原因 · Cause</h3>${both(cause)}<h3>対処 · Fix</h3>${both(fix)}
<h3>例 · Example</h3><pre><code>${escapeHtml(exampleOf(code))}</code></pre></main>`,
  );
}

/** The same page as Markdown, for `docs/errors/`. */
export function errorMarkdown(code: ProblemCode): string {
  const { title, fix, status, nextAction, retryable } = PROBLEMS[code];
  const cause = causeOf(code);
  return `# ${code}

${title.en} · ${title.ja}

| status | next_action | retryable |
|---|---|---|
| ${status} | \`${nextAction}\` | \`${retryable}\` |

## Cause · 原因

${cause.en}

${cause.ja}

## Fix · 対処

${fix.en}

${fix.ja}

## Example · 例

\`\`\`http
${exampleOf(code)}
\`\`\`
`;
}
