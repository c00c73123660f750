import { AppError } from '@tsunagu/kernel';

/**
 * What is wrong with a picture.
 * `not_png` it does not begin like one · `too_many_bytes` of the file · `too_many_pixels` wider, higher or larger than a signature is ·
 * `broken` cut off, damaged, or not as the standard says · `too_complex` written anew it is larger than a signature may be: a photograph
 */
export type PictureFault = 'not_png' | 'too_many_bytes' | 'too_many_pixels' | 'broken' | 'too_complex';

/** A file that is not taken as a signature. Says what is wrong, never what is in it. */
export class PictureError extends AppError {
  readonly code = 'file_rejected';
  readonly category = 'unprocessable';

  constructor(fault: PictureFault) {
    super('the picture is refused', { file_fault: fault });
  }
}
