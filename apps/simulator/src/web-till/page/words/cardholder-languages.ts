/** Languages in which a cardholder may choose the currency and read the receipt. @source api-conventions.md §12 */
export const CARDHOLDER_LANGUAGES = ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko'] as const;
export type CardholderLanguage = (typeof CARDHOLDER_LANGUAGES)[number];

/** Each language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<CardholderLanguage, string>> = {
  ja: '日本語',
  en: 'English',
  'zh-Hans': '简体中文',
  'zh-Hant': '繁體中文',
  ko: '한국어',
};
