import { parseArgs } from 'node:util';
import { INTAKE_ROUTES, VERDICTS, type DoubtLine } from '@tsunagu/contracts';
import { ApiDoor, ResolveError } from './api-door.js';

export const HELP = `npm run resolve -- COMMAND [options]      attempts of which nobody knows whether they happened, asked of the running api

  list                                                    attempts in doubt, and what was ordered about them
  order ATTEMPT VERDICT --as NAME --reason TEXT           the first of two people says how it ended, and how that is known
  approve ATTEMPT --as NAME                               another one agrees: a worker tells the switch and books it within seconds

  VERDICT: ${VERDICTS.join(', ')}; of a void, approved means that the reversal happened. written_off closes it unknown:
  no money is booked, and nobody is told "not charged".
  --data DIR  folder of the sandbox, default .tsunagu;  API_INTERNAL_URL with TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE: another api
  --json      answers as JSON
Exit code: 0 done, 1 attempts are in doubt (list), 2 refused or trouble.`;

interface Done {
  readonly code: number;
  readonly text: string;
}

/** @returns words for people, and the exit code */
export async function runResolve(argv: readonly string[]): Promise<Done> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        as: { type: 'string' },
        reason: { type: 'string' },
        data: { type: 'string', default: '.tsunagu' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [command, attemptId, verdict] = positionals;
    if (values.help || command === undefined) return { code: values.help ? 0 : 2, text: HELP };
    const door = ApiDoor.open(values.data);
    try {
      if (command === 'list') return await list(door, values.json);
      if (command !== 'order' && command !== 'approve') return { code: 2, text: HELP };
      await door.ask(INTAKE_ROUTES.rule, {
        action: command,
        attemptId,
        verdict,
        by: values.as,
        reason: values.reason,
      });
      return {
        code: 0,
        text: command === 'order' ? 'ordered: another person has to approve it' : 'approved: it is being carried out',
      };
    } finally {
      await door.close();
    }
  } catch (error) {
    if (error instanceof ResolveError || error instanceof TypeError) return { code: 2, text: error.message };
    throw error;
  }
}

async function list(door: ApiDoor, isJson: boolean): Promise<Done> {
  const { attempts } = await door.ask<{ attempts: DoubtLine[] }>(INTAKE_ROUTES.doubts);
  const code = attempts.length === 0 ? 0 : 1;
  if (isJson) return { code, text: JSON.stringify(attempts) };
  return { code, text: attempts.length === 0 ? 'nothing is in doubt' : attempts.map(lineOf).join('\n') };
}

function lineOf(one: DoubtLine): string {
  const where = `${one.link ?? 'no link'} rrn ${one.rrn ?? '-'} at ${one.localTime ?? '-'}, terminal ${one.terminal}`;
  return `${one.attemptId} ${one.kind} ${one.currency} ${one.amountMinor} on ${where}, in doubt since ${one.since}${orderOf(one)}`;
}

function orderOf({ verdict, reason, orderedBy, approvedBy, outcome }: DoubtLine): string {
  if (verdict === null) return '';
  const end =
    approvedBy === null ? 'waits for another person' : `approved by ${approvedBy}, ${outcome ?? 'being carried out'}`;
  return `\n    ${verdict} ordered by ${orderedBy}: ${reason} (${end})`;
}
