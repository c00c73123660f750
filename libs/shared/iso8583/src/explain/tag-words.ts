/** A tag inside a field: its name, and whether its value may be shown to a person. What is not listed may not. */
export interface TagWord {
  readonly name: string;
  readonly isShown: boolean;
}

const shown = (name: string): TagWord => ({ name, isShown: true });
const hidden = (name: string): TagWord => ({ name, isShown: false });

/** Tags of field 48. @source iso8583-1993.md §12 */
export const PRIVATE_TAGS: Readonly<Record<string, TagWord>> = {
  JP01: shown('payment plan'),
  JP02: shown('product code'),
  JP03: shown('tax and postage'),
  JP04: shown('slip number'),
  JP05: shown('acquirer code (KID)'),
  JP06: shown('CCT terminal number'),
  JP07: hidden("issuer's message to the cashier"),
  JP08: shown('domestic code of a refusal'),
  DC01: shown('currency offer (DCC)'),
  DC02: shown('quote id of the DCC provider'),
  UP01: shown('UnionPay operation'),
  UP02: shown('UnionPay original date and approval'),
  '3D01': shown('3DS message version'),
  '3D02': shown('directory server transaction id'),
  '3D03': shown('ECI'),
  '3D04': hidden('authentication value'),
  '3D05': shown('transaction status and reason'),
  TK01: shown('network token requestor id'),
  TK02: hidden('token cryptogram'),
  JD01: hidden('J-Debit bank account'),
  EM01: hidden('e-money card and balances'),
  GF01: shown('gift program and balance'),
  UT01: hidden('utility customer number'),
};

/** First two digits of tag JP01. @source iso8583-1993.md §12; payment-features.md */
export const PAYMENT_PLANS: Readonly<Record<string, string>> = {
  '10': 'lump sum',
  '21': 'bonus, once',
  '22': 'bonus, once, month named',
  '23': 'bonus, twice',
  '24': 'bonus, twice, months named',
  '31': 'bonus combined',
  '32': 'bonus combined',
  '33': 'bonus combined',
  '34': 'bonus combined',
  '61': 'instalments',
  '80': 'revolving',
};

/** Tags of field 55. Numbers, tracks, names, expiry dates and issuer's own data are hidden. @source EMV Book 3 annex A; iso8583-1993.md §10.6, §15 */
export const EMV_TAGS: Readonly<Record<string, TagWord>> = {
  '57': hidden('track 2 equivalent data'),
  '5A': hidden('application PAN'),
  '5F20': hidden('cardholder name'),
  '5F24': hidden('application expiration date'),
  '5F2A': shown('transaction currency code'),
  '5F34': shown('PAN sequence number'),
  '71': hidden('issuer script template 1'),
  '72': hidden('issuer script template 2'),
  '82': shown('application interchange profile'),
  '84': shown('dedicated file name (AID)'),
  '86': hidden('issuer script command'),
  '8A': shown('authorization response code'),
  '91': hidden('issuer authentication data'),
  '95': shown('terminal verification results'),
  '9A': shown('transaction date'),
  '9B': shown('transaction status information'),
  '9C': shown('transaction type'),
  '9F02': shown('amount authorized'),
  '9F03': shown('amount other'),
  '9F09': shown('application version'),
  '9F10': hidden('issuer application data'),
  '9F18': shown('issuer script identifier'),
  '9F1A': shown('terminal country code'),
  '9F1E': shown('interface device serial number'),
  '9F26': hidden('application cryptogram'),
  '9F27': shown('cryptogram information data'),
  '9F33': shown('terminal capabilities'),
  '9F34': shown('CVM results'),
  '9F35': shown('terminal type'),
  '9F36': shown('application transaction counter'),
  '9F37': shown('unpredictable number'),
  '9F41': shown('transaction sequence counter'),
  '9F5B': hidden('issuer script results'),
  '9F6B': hidden('track 2 data of a contactless card'),
  '9F6E': shown('form factor indicator'),
};
