/** Languages of API texts. */
export type Language = 'ja' | 'en';

/**
 * Language of the texts in a reply: the first of `ja` and `en` that the client prefers; `ja` when it names neither.
 * @source RFC 9110 §12.5.4
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined || acceptLanguage.length > 200) return 'ja';
  const wishes = acceptLanguage.split(',').map(wishOf);
  return best(wishes, 'ja') >= best(wishes, 'en') ? 'ja' : 'en';
}

interface Wish {
  readonly language: string;
  readonly weight: number;
}

function wishOf(item: string): Wish {
  const [tag = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
  const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1');
  return { language: tag.split('-', 1)[0] ?? '', weight: Number.isNaN(weight) ? 0 : weight };
}

function best(wishes: readonly Wish[], language: Language): number {
  return Math.max(0, ...wishes.filter((wish) => wish.language === language).map(({ weight }) => weight));
}
