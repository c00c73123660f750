/** Languages of the till and of receipts, as BCP 47 tags; the API's own texts have the first two. @source api-conventions.md §12 */
export const TILL_LANGUAGES = ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko'] as const;

export type TillLanguage = (typeof TILL_LANGUAGES)[number];

/** One sentence in every language of the till: a missing translation does not compile. */
export type Wording = Readonly<Record<TillLanguage, string>>;
