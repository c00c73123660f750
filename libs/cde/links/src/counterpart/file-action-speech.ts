import type { IsoMessage } from '@tsunagu/iso8583';
import type { Secret } from '@tsunagu/kernel';

/** What a counterpart wants done with a file. `begin` and `end` frame a whole new generation of it. */
export type FileOperation = 'add' | 'change' | 'delete' | 'replace' | 'inquire' | 'begin' | 'end';

/** One blocked card, as it comes on the line. The number lives until its fingerprint is made. */
export interface BlockedCardRecord {
  readonly pan: Secret<string>;
  /** L lost · S stolen · U undelivered · C counterfeit · O other. */
  readonly reason: 'L' | 'S' | 'U' | 'C' | 'O';
  /** YYMM; null = any. */
  readonly expiry: string | null;
  /** YYYY-MM-DD. */
  readonly effectiveOn: string;
  readonly purgeOn: string | null;
}

/** A 1304 or 1324. */
export interface FileAction {
  /** Field 101. */
  readonly file: string;
  /** Field 71: counts the messages of the file without a gap. */
  readonly number: number;
  readonly operation: FileOperation;
  /** Null for `begin` and `end`. */
  readonly card: BlockedCardRecord | null;
}

/** How a counterpart sends files of blocked cards. Pure, like the rest of a connector. */
export interface FileActionSpeech {
  /** @returns the action; an action code when the message cannot be taken; undefined when it is no file action */
  read(message: IsoMessage): FileAction | string | undefined;
  /** 1314 or 1334. */
  answer(request: IsoMessage, actionCode: string, sentAt: Date): IsoMessage;
}
