import type { IsoMessage } from '@tsunagu/iso8583';

/** Keys of a link that its counterpart changes over the line (811). */
export interface LinkKeys {
  /** Install the key of a request 811. @returns action code: 800 installed as next, 918 nothing to unwrap it with, 919 it is not what it says */
  install(request: IsoMessage): Promise<string>;
  /** Three wrong MACs in a row: what is in use is not what the counterpart uses. */
  distrust(): void;
}
