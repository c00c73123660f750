/** The envelope of a link, as its connections use it. */
export interface LinkSeal {
  /** @returns undefined when no number is free under the key of this endpoint: nothing may be sent */
  seal(message: Buffer, endpoint: string): Buffer | undefined;
  /** @throws MessageEnvelopeError */
  open(bytes: Buffer): Buffer;
}
