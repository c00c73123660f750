import type { IsoMessage } from '@tsunagu/iso8583';
import { hostCodec } from '../hosts/host-spec.js';

/** How the bytes of a line become the messages that the desks know, and back. One for each host: it may remember requests. */
export interface HostDialect {
  /** @throws CodecError */
  decode(bytes: Buffer): IsoMessage;
  /** @throws CodecError */
  encode(message: IsoMessage): Uint8Array;
}

/** What the desks speak themselves. */
export const TSN93_DIALECT: HostDialect = {
  decode: (bytes) => hostCodec.decode(bytes),
  encode: (message) => hostCodec.encode(message),
};
