import type { Codec, IsoMessage } from '@tsunagu/iso8583';

/** MAC in field 64 or 128 of every message of a link. */
export interface MessageMac {
  /** @returns the message encoded with its MAC. @throws CodecError; HsmError no MAC, no message */
  sign(message: IsoMessage, codec: Codec): Promise<Buffer>;
  /** @param bytes the message as it came. @returns false when the MAC is missing or wrong */
  check(message: IsoMessage, bytes: Buffer): Promise<boolean>;
}
