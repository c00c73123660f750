/** Codes of field errors inside a problem, with their sentences. */
export const FIELD_TEXTS = {
  required: { ja: '必須です。', en: 'is required' },
  unknown: { ja: '定義されていない項目です。', en: 'is not a documented parameter' },
  not_object: { ja: 'オブジェクトで指定してください。', en: 'must be an object' },
  not_array: { ja: '配列で指定してください。', en: 'must be an array' },
  not_string: { ja: '文字列で指定してください。', en: 'must be a string' },
  not_boolean: { ja: 'true または false で指定してください。', en: 'must be true or false' },
  not_integer: { ja: '整数で指定してください。', en: 'must be an integer in canonical digits' },
  out_of_range: { ja: '範囲外です。', en: 'is out of range' },
  not_in_list: { ja: '使えない値です。', en: 'is not one of the allowed values' },
  too_long: { ja: '長すぎます。', en: 'is too long' },
  invalid_format: { ja: '形式が正しくありません。', en: 'has the wrong form' },
  invalid_text: {
    ja: '制御文字は使えません。NFC で送信してください。',
    en: 'must be NFC text without control characters',
  },
  contains_pan: { ja: 'カード番号らしい値は使えません。', en: 'looks like a card number' },
  forbidden_key: { ja: '使えない項目名です。', en: 'has a forbidden key' },
  too_many: { ja: '項目が多すぎます。', en: 'has too many entries' },
  repeated: { ja: '一度だけ指定してください。', en: 'must be given once' },
  not_a_date: { ja: '存在する日付を指定してください。', en: 'must be an existing date' },
  combination: { ja: '組み合わせが正しくありません。', en: 'does not fit the other parameters' },
} as const;

export type FieldCode = keyof typeof FIELD_TEXTS;

/** One wrong field: where (JSON pointer into the body, or the name of a query parameter) and why. Never its value. */
export interface FieldError {
  readonly pointer: string;
  readonly code: FieldCode;
}
