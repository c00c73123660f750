/** Languages of API texts. */
export type Language = 'ja' | 'en';

/**
 * Language of the texts in a reply: the first of `ja` and `en` that the client prefers; `ja` when it names neither.
 * @source RFC 9110 §12.5.4
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined || acceptLanguage.length > 200) return 'ja';
  let best: { language: Language; weight: number } | undefined;
  for (const item of acceptLanguage.split(',')) {
    const [tag = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const language = tag.split('-', 1)[0];
    if (language !== 'ja' && language !== 'en') continue;
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1');
    if (weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? 'ja';
}
