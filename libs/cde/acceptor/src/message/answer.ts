import { IsoMessage, responseMti } from '@tsunagu/iso8583';

/** What an answer says beyond its request: kept in the register, so that a repeat gets the same words. Holds no card data. */
export interface HqAnswer {
  readonly actionCode: string;
  /** Field 15, YYMMDD. */
  readonly businessDate?: string;
  readonly approvalCode?: string;
  /** What was approved when it is less than what was asked for. */
  readonly approvedMinor?: number;
  /** Field 55, hex. */
  readonly emvResponse?: string;
  /** Fields 74 to 97 of a reconciliation. */
  readonly totals?: Readonly<Record<string, string>>;
}

/** Fields that an answer repeats when its request had them. @source iso8583-1993.md §5.1 */
const ECHOED: Readonly<Record<string, readonly number[]>> = {
  '1': [2, 3, 4, 11, 12, 32, 33, 37, 41, 42, 49, 59],
  '2': [2, 3, 4, 11, 12, 32, 33, 37, 41, 42, 49, 59],
  '3': [11, 12, 33, 59, 71, 73, 101],
  '4': [3, 4, 11, 12, 32, 33, 37, 41, 42, 49, 59],
  '5': [11, 12, 24, 28, 29, 32, 33, 50, 59],
  '6': [11, 12, 24, 33, 59],
  '8': [11, 12, 15, 24, 33, 59],
};

/** The answer to a request, built from the request that came just now: a stored answer never holds what only the card said. */
export function answerTo(request: IsoMessage, answer: HqAnswer, at: Date): IsoMessage {
  const message = new IsoMessage(responseMti(request.mti), { 7: transmissionTime(at), 39: answer.actionCode });
  for (const field of ECHOED[request.mti[1] ?? ''] ?? []) message.set(field, request.get(field));
  if (answer.businessDate !== undefined) message.set(15, answer.businessDate);
  if (answer.approvalCode !== undefined) message.set(38, answer.approvalCode);
  if (answer.emvResponse !== undefined) message.set(55, Buffer.from(answer.emvResponse, 'hex'));
  if (answer.approvedMinor !== undefined) {
    message.set(30, `${request.text(4) ?? ''}${'0'.repeat(12)}`);
    message.set(4, String(answer.approvedMinor).padStart(12, '0'));
  }
  for (const [field, value] of Object.entries(answer.totals ?? {})) message.set(Number(field), value);
  return message;
}

/** Field 7: MMDDhhmmss, UTC. */
export function transmissionTime(at: Date): string {
  return at.toISOString().slice(5, 19).replace(/[-T:]/g, '');
}

/** Field 12: YYMMDDhhmmss, Japan time. */
export function localTime(at: Date): string {
  return new Date(at.getTime() + 9 * 3_600_000).toISOString().slice(2, 19).replace(/[-T:]/g, '');
}
