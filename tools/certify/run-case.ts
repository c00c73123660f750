import type { ExpectationRecord, TracedMessage } from '@tsunagu/simulator';
import { deviation } from '../once/scenario.js';
import type { Payment } from '@tsunagu/sdk';
import type { CaseMeans, CertificationCase } from './certification-case.js';

/** How a case ended, with the evidence of the host's side. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly faults: readonly string[];
  readonly expected: string;
  readonly got: string;
  /** Everything that is not as it must be; empty when passed. */
  readonly deviations: readonly string[];
  readonly messages: readonly TracedMessage[];
}

/** Play one case against the host. A case that breaks down is a failed one, never the end of the run. */
export async function runCase(one: CertificationCase, means: CaseMeans): Promise<CaseResult> {
  const { host } = means;
  const { place } = await host.messages(0);
  const seen = (await host.expectations()).length;
  await host.setFaults(one.faults);
  let [got, deviations]: [string, string[]] = ['nothing', []];
  try {
    ({ got, deviations } = one.order === undefined ? await pay(one, means) : await answer(one, means));
  } catch (error) {
    deviations = [error instanceof Error ? error.message : 'the case broke down'];
  }
  await host.setFaults([]);
  const { messages } = await host.messages(place);
  const broken = (await host.expectations()).slice(seen).filter(({ verdict }) => verdict === 'failed');
  return {
    id: one.id,
    title: one.title,
    faults: one.faults.map(({ kind, mtis = [], next }) => `${kind} of ${mtis.join(', ')}, ${next} time(s)`),
    expected: expectedOf(one),
    got,
    deviations: [...deviations, ...arrivals(one, messages), ...broken.map(inWords)],
    messages,
  };
}

async function pay({ payment }: CertificationCase, means: CaseMeans): Promise<{ got: string; deviations: string[] }> {
  if (payment === undefined) return { got: 'nothing', deviations: ['the case does nothing'] };
  const made = await payment.run(means);
  const trouble = deviation(made, payment.expected);
  return { got: shown(made), deviations: trouble === undefined ? [] : [trouble] };
}

async function answer(
  { order }: CertificationCase,
  { host }: CaseMeans,
): Promise<{ got: string; deviations: string[] }> {
  const said = await host.order(order?.send ?? {});
  const wrong = Object.entries(order?.expected ?? {}).filter(([field, value]) => said?.[field] !== value);
  const name = (field: string) => (field === 'mti' ? 'MTI' : `field ${field}`);
  return {
    got: said === null ? 'no answer' : `${said['mti']}, field 39 = ${said['39'] ?? 'absent'}`,
    deviations: wrong.map(([field, value]) => `${name(field)} is ${said?.[field] ?? 'absent'}, must be ${value}`),
  };
}

/** The message types that must have come, in their order; and those that must not. */
function arrivals({ arrive, never = [] }: CertificationCase, messages: readonly TracedMessage[]): string[] {
  const came = messages.filter(({ direction }) => direction === 'in').map(({ message }) => message['mti'] ?? '');
  let at = 0;
  for (const mti of came) if (mti === arrive[at]) at += 1;
  const missing = at < arrive.length ? [`${arrive[at]} did not come (${arrive.join(' → ')} must)`] : [];
  return [...missing, ...never.filter((mti) => came.includes(mti)).map((mti) => `${mti} came and must not`)];
}

function inWords({ mti, stan, failures }: ExpectationRecord): string {
  const words = failures.map(({ field, rule }) => (field === null ? rule : `field ${field}: ${rule}`));
  return `${mti} ${stan}: ${words.join(', ')}`;
}

function expectedOf({ payment, order, arrive }: CertificationCase): string {
  const { expected } = payment ?? {};
  const outcome =
    expected === undefined
      ? Object.entries(order?.expected ?? {}).map(([field, value]) => `${field} ${value}`)
      : [expected.status, `charged ${expected.charged}`, ...(expected.reason === undefined ? [] : [expected.reason])];
  return `${outcome.join(', ')}; ${arrive.join(' → ')}`;
}

function shown({ status, customer_charged: charged, reason, approval_code: code, decline }: Payment): string {
  const facts = [status, `charged ${charged}`, reason, decline?.code, code === null ? null : `approval ${code}`];
  return [...new Set(facts.filter((fact) => fact !== null && fact !== undefined))].join(', ');
}
