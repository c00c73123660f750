import { AppError } from '@tsunagu/kernel';

/** Why a message or a frame was refused. The words are those of the vector file. @source test/vectors/iso8583/iso8583-1993.json `errors` */
export type CodecErrorCode =
  | 'EMPTY'
  | 'TRUNCATED'
  | 'BAD_DIGIT'
  | 'BAD_HEX'
  | 'BAD_LENGTH'
  | 'LENGTH_EXCEEDS_MAX'
  | 'BAD_CHAR'
  | 'BAD_SIGN'
  | 'BAD_PAD_NIBBLE'
  | 'TRAILING_BYTES'
  | 'UNSUPPORTED_VERSION'
  | 'UNKNOWN_MTI'
  | 'INVALID_VALUE'
  | 'BAD_TLV';

/**
 * A message, a field or a frame header is not what the profile says. Names the place, never the value.
 * `field` is 0 for the MTI, 1 for the bitmap, null when no field is to blame (the frame header, trailing bytes);
 * `offset` counts bytes from the start of the message or frame.
 */
export class CodecError extends AppError {
  readonly category = 'invalid';

  constructor(
    readonly code: CodecErrorCode,
    readonly field: number | null,
    readonly offset: number,
  ) {
    super('the ISO 8583 message is malformed', { code, field, offset });
  }
}
