import type { TracedMessage } from '@tsunagu/simulator';
import type { CaseResult } from './run-case.js';

/** A whole run, as the JSON report has it. */
export interface Certification {
  readonly link: string;
  readonly house: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly results: readonly CaseResult[];
  /** Movements of the link that stand in both books, or in one of them only. */
  readonly books: readonly string[];
  readonly agrees: boolean;
}

/** All cases passed, and both books say the same. */
export function isPassed({ results, agrees }: Certification): boolean {
  return agrees && results.every(({ deviations }) => deviations.length === 0);
}

/** The report for the counterpart: what was done, sent, expected and got, case by case, and room for two signatures. */
export function markdown(run: Certification): string {
  const passed = run.results.filter(({ deviations }) => deviations.length === 0).length;
  return [
    `# Certification of link \`${run.link}\``,
    '',
    `Started ${run.startedAt}, ended ${run.endedAt} (UTC), against ${run.house}.`,
    'Every message below was seen by the host and is masked: card number first six and last four; tracks, PIN data, keys and chip data by length only.',
    '',
    `**Verdict: ${isPassed(run) ? 'passed' : 'NOT passed'}** · ${passed} of ${run.results.length} cases · books ${run.agrees ? 'agree' : 'DIFFER'}`,
    '',
    '| case | what | expected | got | verdict |',
    '|---|---|---|---|---|',
    ...run.results.map(row),
    '',
    '## Totals',
    '',
    ...run.books.map((line) => `- ${line}`),
    '',
    '## Cases in full',
    ...run.results.flatMap(inFull),
    '',
    '## Signatures',
    '',
    '| for | name | date | signature |',
    '|---|---|---|---|',
    '| acquirer | | | |',
    '| host | | | |',
    '',
  ].join('\n');
}

function row({ id, title, expected, got, deviations }: CaseResult): string {
  return `| ${id} | ${title} | ${expected} | ${got} | ${deviations.length === 0 ? 'passed' : '**failed**'} |`;
}

function inFull({ id, title, faults, deviations, messages }: CaseResult): string[] {
  return [
    '',
    `### ${id} ${title}`,
    '',
    ...(faults.length === 0 ? [] : [`Host's part: ${faults.join('; ')}.`, '']),
    ...(deviations.length === 0 ? [] : [...deviations.map((one) => `- **${one}**`), '']),
    '```',
    ...messages.map(line),
    '```',
  ];
}

function line({ at, direction, fault, message }: TracedMessage): string {
  const { mti, ...fields } = message;
  const words = Object.entries(fields).map(([field, value]) => `${field}=${value}`);
  const arrow = direction === 'in' ? '→' : '←';
  return `${at.slice(11, 23)} ${arrow} ${mti}${fault === null ? '' : ` [${fault}]`} ${words.join(' ')}`;
}
