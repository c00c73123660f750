import type { IsoMessage } from '@tsunagu/iso8583';
import { answerTo } from './answer.js';
import { send, type Verdict } from './verdict.js';

/** Function codes of file actions. @source iso8583-1993.md §8 */
const ADD = '301';
const CHANGE = '302';
const DELETE = '303';
const REPLACE = '304';
const INQUIRY = '305';
const RESULT = { done: '300', notSupported: '301', notFound: '302', duplicate: '303' } as const;
const OUT_OF_SEQUENCE = '922';

interface HostFile {
  readonly records: Set<string>;
  /** Field 71 of the last action that was taken. */
  lastNumber: number;
}

/**
 * Files that a peer keeps here by 1304: records are told apart by field 72 as a whole, messages of a file are numbered in 71 without gaps.
 * Lost with the process.
 */
export class FileDesk {
  readonly #files = new Map<string, HostFile>();

  constructor(private readonly now: () => number) {}

  /** Names of files and how many records each holds. */
  get sizes(): Record<string, number> {
    return Object.fromEntries([...this.#files].map(([name, { records }]) => [name, records.size]));
  }

  handle(message: IsoMessage): Verdict {
    return send(answerTo(message, this.now(), { actionCode: this.#act(message) }));
  }

  #act(message: IsoMessage): string {
    const name = message.text(101) ?? '';
    const file = this.#files.get(name) ?? { records: new Set<string>(), lastNumber: 0 };
    this.#files.set(name, file);
    const number = Number(message.text(71));
    if (number > file.lastNumber + 1 && file.lastNumber > 0) return OUT_OF_SEQUENCE;
    const result = change(file.records, message.text(24) ?? '', message.text(72) ?? '');
    file.lastNumber = Math.max(file.lastNumber, number);
    return result;
  }
}

function change(records: Set<string>, functionCode: string, record: string): string {
  const isKnown = records.has(record);
  switch (functionCode) {
    case ADD:
    case CHANGE:
    case REPLACE:
      records.add(record);
      return isKnown && functionCode === ADD ? RESULT.duplicate : RESULT.done;
    case DELETE:
      return records.delete(record) ? RESULT.done : RESULT.notFound;
    case INQUIRY:
      return isKnown ? RESULT.done : RESULT.notFound;
    default:
      return RESULT.notSupported;
  }
}
