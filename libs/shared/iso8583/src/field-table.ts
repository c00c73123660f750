/** How the value is written: digits, characters (ISO 8859-1), bytes, or a sign and 16 digits. */
export type ValueKind = 'num' | 'char' | 'bin' | 'amt';
export type LengthKind = 'fixed' | 'll' | 'lll';

/** Layouts inside a value: well-formed digits may still be no date, and a TLV must fill its field. Y year, M month, D day, h m s. */
export const CONTENT_KINDS = [
  'MMDDhhmmss',
  'YYMMDDhhmmss',
  'YYMMDD',
  'YYMM',
  'MMDD',
  'hhmmss',
  'tlv-private',
  'tlv-ber',
  'original-data',
] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** A field as data. `max` counts digits, characters or bytes; `amt` counts its sign. */
export interface FieldDefinition {
  readonly field: number;
  readonly name: string;
  readonly value: ValueKind;
  readonly length: LengthKind;
  readonly max: number;
  readonly content?: ContentKind;
  /** No log, error or dump may show the value: it is handed out wrapped, and printed as a mask. */
  readonly isSensitive: boolean;
}

export const FIELD_MAX = 128;
/** Number, name, kind, length, maximum. */
export type FieldRow = readonly [number, string, ValueKind, LengthKind, number];

/**
 * The 1993 field table. Fields 1 (bitmap) and 65 (must be absent) carry no data.
 * @source ISO 8583:1993 as in the public packagers; checked against test/vectors/iso8583/iso8583-1993.json `fields`
 */
const ROWS: readonly FieldRow[] = [
  [2, 'Primary Account number', 'num', 'll', 19],
  [3, 'Processing Code', 'num', 'fixed', 6],
  [4, 'Amount, Transaction', 'num', 'fixed', 12],
  [5, 'Amount, Reconciliation', 'num', 'fixed', 12],
  [6, 'Amount, Cardholder billing', 'num', 'fixed', 12],
  [7, 'Date and time, transmission', 'num', 'fixed', 10],
  [8, 'Amount, Cardholder billing fee', 'num', 'fixed', 8],
  [9, 'Conversion rate, Reconciliation', 'num', 'fixed', 8],
  [10, 'Conversion rate, Cardholder billing', 'num', 'fixed', 8],
  [11, 'Systems trace audit number', 'num', 'fixed', 6],
  [12, 'Date and time, Local transaction', 'num', 'fixed', 12],
  [13, 'Date, Effective', 'num', 'fixed', 4],
  [14, 'Date, Expiration', 'num', 'fixed', 4],
  [15, 'Date, Settlement', 'num', 'fixed', 6],
  [16, 'Date, Conversion', 'num', 'fixed', 4],
  [17, 'Date, Capture', 'num', 'fixed', 4],
  [18, 'Merchant type', 'num', 'fixed', 4],
  [19, 'Country code, Acquiring institution', 'num', 'fixed', 3],
  [20, 'Country code, Primary account number', 'num', 'fixed', 3],
  [21, 'Country code, Forwarding institution', 'num', 'fixed', 3],
  [22, 'Point of service data code', 'char', 'fixed', 12],
  [23, 'Card sequence number', 'num', 'fixed', 3],
  [24, 'Function code', 'num', 'fixed', 3],
  [25, 'Message reason code', 'num', 'fixed', 4],
  [26, 'Card acceptor business code', 'num', 'fixed', 4],
  [27, 'Approval code length', 'num', 'fixed', 1],
  [28, 'Date, Reconciliation', 'num', 'fixed', 6],
  [29, 'Reconciliation indicator', 'num', 'fixed', 3],
  [30, 'Amounts, original', 'num', 'fixed', 24],
  [31, 'Acquirer reference data', 'char', 'll', 99],
  [32, 'Acquirer institution identification code', 'num', 'll', 11],
  [33, 'Forwarding institution identification code', 'num', 'll', 11],
  [34, 'Primary account number, extended', 'char', 'll', 28],
  [35, 'Track 2 data', 'char', 'll', 37],
  [36, 'Track 3 data', 'char', 'lll', 104],
  [37, 'Retrieval reference number', 'char', 'fixed', 12],
  [38, 'Approval code', 'char', 'fixed', 6],
  [39, 'Action code', 'num', 'fixed', 3],
  [40, 'Service code', 'num', 'fixed', 3],
  [41, 'Card acceptor terminal identification', 'char', 'fixed', 8],
  [42, 'Card acceptor identification code', 'char', 'fixed', 15],
  [43, 'Card acceptor name/location', 'char', 'll', 99],
  [44, 'Additional response data', 'char', 'll', 99],
  [45, 'Track 1 data', 'char', 'll', 76],
  [46, 'Amounts, Fees', 'char', 'lll', 204],
  [47, 'Additional data - national', 'char', 'lll', 999],
  [48, 'Additional data - private', 'char', 'lll', 999],
  [49, 'Currency code, Transaction', 'char', 'fixed', 3],
  [50, 'Currency code, Reconciliation', 'char', 'fixed', 3],
  [51, 'Currency code, Cardholder billing', 'char', 'fixed', 3],
  [52, 'Personal identification number (PIN) data', 'bin', 'fixed', 8],
  [53, 'Security related control information', 'bin', 'll', 48],
  [54, 'Amounts, additional', 'char', 'lll', 120],
  [55, 'IC card system related data', 'bin', 'lll', 255],
  [56, 'Original data elements', 'num', 'll', 35],
  [57, 'Authorization life cycle code', 'num', 'fixed', 3],
  [58, 'Authorizing agent institution Id Code', 'num', 'll', 11],
  [59, 'Transport data', 'char', 'lll', 999],
  [60, 'Reserved for national use', 'char', 'lll', 999],
  [61, 'Reserved for national use', 'char', 'lll', 999],
  [62, 'Reserved for private use', 'char', 'lll', 999],
  [63, 'Reserved for private use', 'char', 'lll', 999],
  [64, 'Message authentication code field', 'bin', 'fixed', 8],
  [65, 'Reserved for ISO use', 'bin', 'fixed', 8],
  [66, 'Amounts, original fees', 'char', 'lll', 204],
  [67, 'Extended payment data', 'num', 'fixed', 2],
  [68, 'Country code, receiving institution', 'num', 'fixed', 3],
  [69, 'Country code, settlement institution', 'num', 'fixed', 3],
  [70, 'Country code, authorizing agent Inst.', 'num', 'fixed', 3],
  [71, 'Message number', 'num', 'fixed', 8],
  [72, 'Data record', 'char', 'lll', 999],
  [73, 'Date, action', 'num', 'fixed', 6],
  [74, 'Credits, number', 'num', 'fixed', 10],
  [75, 'Credits, reversal number', 'num', 'fixed', 10],
  [76, 'Debits, number', 'num', 'fixed', 10],
  [77, 'Debits, reversal number', 'num', 'fixed', 10],
  [78, 'Transfer, number', 'num', 'fixed', 10],
  [79, 'Transfer, reversal number', 'num', 'fixed', 10],
  [80, 'Inquiries, number', 'num', 'fixed', 10],
  [81, 'Authorizations, number', 'num', 'fixed', 10],
  [82, 'Inquiries, reversal number', 'num', 'fixed', 10],
  [83, 'Payments, number', 'num', 'fixed', 10],
  [84, 'Payments, reversal number', 'num', 'fixed', 10],
  [85, 'Fee collections, number', 'num', 'fixed', 10],
  [86, 'Credits, amount', 'num', 'fixed', 16],
  [87, 'Credits, reversal amount', 'num', 'fixed', 16],
  [88, 'Debits, amount', 'num', 'fixed', 16],
  [89, 'Debits, reversal amount', 'num', 'fixed', 16],
  [90, 'Authorizations, reversal number', 'num', 'fixed', 10],
  [91, 'Country code, transaction Dest. Inst.', 'num', 'fixed', 3],
  [92, 'Country code, transaction Orig. Inst.', 'num', 'fixed', 3],
  [93, 'Transaction Dest. Inst. Id code', 'num', 'll', 11],
  [94, 'Transaction Orig. Inst. Id code', 'num', 'll', 11],
  [95, 'Card issuer reference data', 'char', 'll', 99],
  [96, 'Key management data', 'bin', 'lll', 999],
  [97, 'Amount, Net reconciliation', 'amt', 'fixed', 17],
  [98, 'Payee', 'char', 'fixed', 25],
  [99, 'Settlement institution Id code', 'char', 'll', 11],
  [100, 'Receiving institution Id code', 'num', 'll', 11],
  [101, 'File name', 'char', 'll', 17],
  [102, 'Account identification 1', 'char', 'll', 28],
  [103, 'Account identification 2', 'char', 'll', 28],
  [104, 'Transaction description', 'char', 'lll', 100],
  [105, 'Credits, Chargeback amount', 'num', 'fixed', 16],
  [106, 'Debits, Chargeback amount', 'num', 'fixed', 16],
  [107, 'Credits, Chargeback number', 'num', 'fixed', 10],
  [108, 'Debits, Chargeback number', 'num', 'fixed', 10],
  [109, 'Credits, Fee amounts', 'char', 'll', 84],
  [110, 'Debits, Fee amounts', 'char', 'll', 84],
  [111, 'Reserved for ISO use', 'char', 'lll', 999],
  [112, 'Reserved for ISO use', 'char', 'lll', 999],
  [113, 'Reserved for ISO use', 'char', 'lll', 999],
  [114, 'Reserved for ISO use', 'char', 'lll', 999],
  [115, 'Reserved for ISO use', 'char', 'lll', 999],
  [116, 'Reserved for national use', 'char', 'lll', 999],
  [117, 'Reserved for national use', 'char', 'lll', 999],
  [118, 'Reserved for national use', 'char', 'lll', 999],
  [119, 'Reserved for national use', 'char', 'lll', 999],
  [120, 'Reserved for national use', 'char', 'lll', 999],
  [121, 'Reserved for national use', 'char', 'lll', 999],
  [122, 'Reserved for national use', 'char', 'lll', 999],
  [123, 'Reserved for private use', 'char', 'lll', 999],
  [124, 'Reserved for private use', 'char', 'lll', 999],
  [125, 'Reserved for private use', 'char', 'lll', 999],
  [126, 'Reserved for private use', 'char', 'lll', 999],
  [127, 'Reserved for private use', 'char', 'lll', 999],
  [128, 'Message authentication code field', 'bin', 'fixed', 8],
];

const CONTENT: Readonly<Record<number, ContentKind>> = {
  7: 'MMDDhhmmss',
  12: 'YYMMDDhhmmss',
  13: 'YYMM',
  14: 'YYMM',
  15: 'YYMMDD',
  16: 'MMDD',
  17: 'MMDD',
  28: 'YYMMDD',
  48: 'tlv-private',
  55: 'tlv-ber',
  56: 'original-data',
  73: 'YYMMDD',
};

/** Numbers, tracks, PIN data, keys, IC data, bank accounts, and the free text in which a counterpart may have put any of these. */
const SENSITIVE_SINGLE: readonly number[] = [2, 14, 34, 35, 36, 72, 95, 96, 102, 103, 104];
const SENSITIVE = [...SENSITIVE_SINGLE, ...range(44, 48), ...range(52, 55), ...range(59, 64), ...range(111, 128)];

export const FIELD_TABLE: readonly FieldDefinition[] = fieldTable(ROWS, CONTENT, SENSITIVE);

/** Rows to definitions. */
export function fieldTable(
  rows: readonly FieldRow[],
  content: Readonly<Record<number, ContentKind>>,
  sensitive: readonly number[],
): FieldDefinition[] {
  const hidden = new Set(sensitive);
  return rows.map(([field, name, value, length, max]) => {
    const inner = content[field];
    const definition = { field, name, value, length, max, isSensitive: hidden.has(field) };
    return inner === undefined ? definition : { ...definition, content: inner };
  });
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
