import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Payment } from '@tsunagu/sdk';
import { TillError, type SandboxFile } from '../till/sandbox-file.js';
import type { Till } from '../till/till.js';
import { ACCEPTED } from './currency-scenarios.js';
import type { Scenario } from './scenario.js';

/** Of an answer that is no PDF: enough to see why. */
const SAID_MAX = 300;

/**
 * What an auditor is shown of an accepted conversion, as the API makes it, in the data folder.
 * @returns where the file is; undefined when no conversion was accepted
 * @throws TillError the API gives no PDF
 */
export async function saveEvidence(
  sandbox: SandboxFile,
  till: Till,
  outcomes: readonly { readonly scenario: Scenario; readonly payment?: Payment }[],
): Promise<string | undefined> {
  const accepted = outcomes.find(({ scenario }) => scenario.name === ACCEPTED)?.payment;
  if (accepted?.dcc?.status !== 'accepted') return undefined;
  const headers = { authorization: `Bearer ${till.terminal.api_key}` };
  const response = await fetch(`${sandbox.content.api}/v1/payments/${accepted.id}/dcc-evidence.pdf`, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok || bytes.subarray(0, 5).toString('latin1') !== '%PDF-') {
    const said = bytes.subarray(0, SAID_MAX).toString('utf8');
    throw new TillError(
      `the evidence of ${accepted.id} could not be read: the API answered ${response.status} ${said}`,
    );
  }
  const folder = join(dirname(sandbox.file), 'evidence');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${accepted.id}-dcc.pdf`);
  writeFileSync(file, bytes);
  return file;
}
