import { TILL_LANGUAGES, type TillLanguage } from '@tsunagu/kernel';

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

/**
 * Language of what a clerk or a customer reads: the one of the till's five that the client prefers; `ja` when it names none.
 * A Chinese of Taiwan, Hong Kong or Macau is written in traditional characters.
 * @example tillLanguageOf('zh-TW, en;q=0.5') // 'zh-Hant'
 */
export function tillLanguageOf(acceptLanguage: string | undefined): TillLanguage {
  if (acceptLanguage === undefined || acceptLanguage.length > 200) return 'ja';
  const wishes = acceptLanguage.split(',').map(wishOf);
  const weightOf = (language: TillLanguage) =>
    Math.max(0, ...wishes.filter(({ tag }) => tillTag(tag) === language).map(({ weight }) => weight));
  return TILL_LANGUAGES.reduce((best, next) => (weightOf(next) > weightOf(best) ? next : best), 'ja');
}

const TRADITIONAL = /^zh-(hant|tw|hk|mo)\b/;

function tillTag(tag: string): TillLanguage | undefined {
  const primary = tag.split('-', 1)[0];
  if (primary === 'zh') return TRADITIONAL.test(tag) ? 'zh-Hant' : 'zh-Hans';
  return primary === 'ja' || primary === 'en' || primary === 'ko' ? primary : undefined;
}

interface Wish {
  readonly tag: string;
  readonly language: string;
  readonly weight: number;
}

function wishOf(item: string): Wish {
  const [tag = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
  const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1');
  return { tag, language: tag.split('-', 1)[0] ?? '', weight: Number.isNaN(weight) ? 0 : weight };
}

function best(wishes: readonly Wish[], language: Language): number {
  return Math.max(0, ...wishes.filter((wish) => wish.language === language).map(({ weight }) => weight));
}
