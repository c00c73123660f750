import type { Presentment, WireOutcome } from '@tsunagu/contracts';
import { TlvFormatError, decodeTlv, findTag } from '@tsunagu/emv';

/** Approvals that want the clerk to compare the signature. @source ISO 8583:1993 action code 001, honour with identification */
const SIGNATURE_WANTED: ReadonlySet<string> = new Set(['001']);
const RESPONSE_CODE = '8A';
const ISSUER_AUTHENTICATION = '91';
/** ARPC (8) ‖ response code (2): the first of the two ways to make an ARPC. The second says a card status instead. @source EMV Book 2 §8.2 */
const WITH_RESPONSE_CODE_BYTES = 10;

/** What the issuer's answer adds to the record of a reading: the response code for the chip, and the signature it wants. */
export function noteAnswer(
  presentment: Presentment | null,
  { state, actionCode, emvResponse }: Pick<WireOutcome, 'state' | 'actionCode' | 'emvResponse'>,
): Presentment | null {
  if (presentment === null) return null;
  const isSigned = state === 'approved' && actionCode !== null && SIGNATURE_WANTED.has(actionCode);
  const code = responseCode(emvResponse);
  return {
    ...presentment,
    ...(isSigned ? { cvm: signedToo(presentment.cvm) } : {}),
    ...(code === undefined ? {} : { emv: { ...presentment.emv, [RESPONSE_CODE]: code } }),
  };
}

/** A PIN that the chip checked stays on the record beside the signature; of any other proof the signature is what the slip needs. */
function signedToo(cvm: Presentment['cvm']): NonNullable<Presentment['cvm']> {
  return cvm === 'offline_pin' ? 'offline_pin_and_signature' : 'signature';
}

/** Of its own tag, else of the issuer's authentication. Text that is no chip data goes to the till as it came; nothing of it is recorded. */
function responseCode(hex: string | null): string | undefined {
  if (hex === null) return undefined;
  try {
    const items = decodeTlv(Buffer.from(hex, 'hex'));
    const authentication = findTag(items, ISSUER_AUTHENTICATION)?.value;
    const within = authentication?.length === WITH_RESPONSE_CODE_BYTES ? authentication.subarray(-2) : undefined;
    return (findTag(items, RESPONSE_CODE)?.value ?? within)?.toString('hex').toUpperCase();
  } catch (error) {
    if (error instanceof TlvFormatError) return undefined;
    throw error;
  }
}
