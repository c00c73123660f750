import { IsoMessage, responseMti } from '@tsunagu/iso8583';
import { Secret } from '@tsunagu/kernel';
import {
  isoDate,
  transmissionTime,
  type BlockedCardRecord,
  type FileAction,
  type FileActionSpeech,
  type FileOperation,
} from '@tsunagu/links';

const NOT_SUPPORTED = '301';
const FIELD_ERROR = '304';
const FORMAT_ERROR = '307';
const BATCH_BEGINS = ['8000', '8001'];
const BATCH_ENDS = '8002';
const OPERATION: Readonly<Record<string, FileOperation>> = {
  301: 'add',
  302: 'change',
  303: 'delete',
  304: 'replace',
  305: 'inquire',
};
/** Action, card number, reason, expiry, effective and purge date. @source reference/back-office.md §4.3 */
const RECORD =
  /^(?<action>[FNCD ])(?<pan>[0-9]{12,19}) {0,7}(?<reason>[LSUCO])(?<expiry>[0-9]{4})(?<from>[0-9]{6})(?<until>[0-9]{6}| {6})$/;
const RECORD_LENGTH = 37;

/** Files of blocked cards in TSN-93. @source reference/iso8583-1993.md §5.1, §8, §11; reference/back-office.md §4.3 */
export class Tsn93FileActions implements FileActionSpeech {
  read(message: IsoMessage): FileAction | string | undefined {
    if (!/^13[02][45]$/.test(message.mti)) return undefined;
    const [file, number] = [message.text(101)?.trim(), Number(message.text(71) ?? NaN)];
    if (file === undefined || file === '' || !Number.isSafeInteger(number)) return FORMAT_ERROR;
    const operation = operationOf(message);
    if (operation === undefined) return NOT_SUPPORTED;
    if (operation === 'begin' || operation === 'end') return { file, number, operation, card: null };
    const card = cardOf(message.text(72) ?? '');
    return card === undefined ? FIELD_ERROR : { file, number, operation, card };
  }

  answer(request: IsoMessage, actionCode: string, sentAt: Date): IsoMessage {
    const answer = new IsoMessage(responseMti(request.mti), { 7: transmissionTime(sentAt), 39: actionCode });
    for (const echoed of [11, 12, 32, 33, 59, 71, 101]) answer.set(echoed, request.get(echoed));
    return answer;
  }
}

function operationOf(message: IsoMessage): FileOperation | undefined {
  const [functionCode, reason] = [message.text(24) ?? '', message.text(25) ?? ''];
  if (functionCode !== '306') return OPERATION[functionCode];
  if (BATCH_BEGINS.includes(reason)) return 'begin';
  return reason === BATCH_ENDS ? 'end' : undefined;
}

function cardOf(text: string): BlockedCardRecord | undefined {
  const fields = text.length === RECORD_LENGTH ? RECORD.exec(text)?.groups : undefined;
  const effectiveOn = isoDate(fields?.['from']);
  if (fields === undefined || effectiveOn === undefined) return undefined;
  const purgeOn = fields['until']?.trim() === '' ? null : isoDate(fields['until']);
  if (purgeOn === undefined) return undefined;
  const expiry = fields['expiry'] === '0000' ? null : (fields['expiry'] ?? null);
  return {
    pan: new Secret(fields['pan'] ?? ''),
    reason: fields['reason'] as BlockedCardRecord['reason'],
    expiry,
    effectiveOn,
    purgeOn,
  };
}
