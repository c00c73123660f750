import { describe, expect, it } from 'vitest';
import { judge } from './rules.js';
import type { ChoiceFacts, ScreenFacts } from './screen-facts.js';

const DISCLOSURES = {
  en: [
    'Please select the currency of your payment.',
    'Total in JPY: JPY 15,000',
    'Total in USD: USD 100.68',
    'Exchange rate: JPY 1 = USD 0.0067123',
    'Mark-up over the wholesale rate, included: 3.75%',
    'This service is offered by the shop.',
  ],
  ja: [
    'お支払いの通貨を選んでください。',
    'JPY でのお支払い額: JPY 15,000',
    'USD でのお支払い額: USD 100.68',
    '換算レート: JPY 1 = USD 0.0067123',
    'レートに含まれる上乗せ（卸売レート比）: 3.75%',
    'このサービスは店舗が提供します。',
  ],
} as const;
type Language = keyof typeof DISCLOSURES;
const LANGUAGES = ['ja', 'en'] as const;

const LOOK = { size: { fontSize: '18px' }, color: { color: 'rgb(0, 0, 0)' }, weight: { fontWeight: '400' } };

function control(choice: 'local' | 'foreign', more: Partial<ChoiceFacts> = {}): ChoiceFacts {
  return {
    choice,
    text: choice === 'local' ? 'JPY 15,000' : 'USD 100.68',
    names: '',
    isShown: true,
    isInView: true,
    isDisabled: false,
    tabIndex: 0,
    isPreselected: false,
    isFocused: false,
    box: { left: choice === 'local' ? 20 : 320, top: 500, width: 280, height: 90 },
    ...LOOK,
    ...more,
  };
}

interface Parts {
  readonly local?: Partial<ChoiceFacts>;
  readonly foreign?: Partial<ChoiceFacts>;
  readonly screen?: Partial<ScreenFacts>;
  /** More words on the screen. */
  readonly words?: string;
}

function aScreen(language: Language, { local, foreign, screen, words = '' }: Parts = {}): ScreenFacts {
  const disclosure = DISCLOSURES[language];
  const choices = [control('local', local), control('foreign', foreign)];
  const text = [...disclosure, words, ...choices.map((one) => one.text)].join('\n');
  return { choices, isRandomOrder: false, disclosure, text, refreshes: false, ...screen };
}

const without = (language: Language, at: number) => ({
  disclosure: DISCLOSURES[language].filter((_, index) => index !== at),
});

/** What breaks each rule, and beside it what looks alike and breaks none. */
const CASES: Readonly<Record<string, { readonly fails: readonly Parts[]; readonly passes: readonly Parts[] }>> = {
  preselected: {
    fails: [{ foreign: { isPreselected: true } }, { local: { isPreselected: true } }],
    passes: [{}],
  },
  focused: {
    fails: [{ foreign: { isFocused: true } }, { local: { isFocused: true } }],
    passes: [{}],
  },
  reachable: {
    fails: [
      { local: { isDisabled: true } },
      { local: { isInView: false } },
      { local: { tabIndex: -1 } },
      { foreign: { isDisabled: true } },
    ],
    passes: [
      { local: { isInView: false }, foreign: { isInView: false } },
      { local: { tabIndex: -1 }, foreign: { tabIndex: -1 } }, // radio buttons of one group
    ],
  },
  size: {
    fails: [
      { foreign: { box: { left: 320, top: 500, width: 300, height: 90 } } },
      { foreign: { box: { left: 320, top: 500, width: 280, height: 92 } } },
      { foreign: { size: { fontSize: '19px' } } },
      { foreign: { size: { ...LOOK.size, 'part 1 fontSize': '24px' } } },
    ],
    passes: [{ foreign: { box: { left: 320, top: 500, width: 280.6, height: 90 } } }],
  },
  color: {
    fails: [
      { foreign: { color: { color: 'rgb(0, 128, 0)' } } },
      { local: { color: { ...LOOK.color, opacity: '0.6' } } },
      { foreign: { color: { ...LOOK.color, 'around boxShadow': 'rgb(0, 0, 0) 0px 0px 9px 0px' } } },
      { foreign: { color: { ...LOOK.color, 'moving parts': '1' } } },
    ],
    passes: [{ local: { color: { color: 'rgb(9, 9, 9)' } }, foreign: { color: { color: 'rgb(9, 9, 9)' } } }],
  },
  weight: {
    fails: [{ foreign: { weight: { fontWeight: '700' } } }, { foreign: { weight: { ...LOOK.weight, marks: '1' } } }],
    passes: [{ local: { weight: { fontWeight: '700' } }, foreign: { weight: { fontWeight: '700' } } }],
  },
  order: {
    fails: [
      { screen: { choices: [control('foreign'), control('local')] } },
      { foreign: { box: { left: 20, top: 400, width: 280, height: 90 } } },
      { local: { box: { left: 640, top: 500, width: 280, height: 90 } } },
      { foreign: { tabIndex: 1 } },
      { local: { tabIndex: 2 }, foreign: { tabIndex: 1 } },
    ],
    passes: [
      { screen: { choices: [control('foreign'), control('local')], isRandomOrder: true } },
      { local: { tabIndex: 1 }, foreign: { tabIndex: 2 } },
      { foreign: { box: { left: 20, top: 600, width: 280, height: 90 } } },
    ],
  },
};

const PRAISED: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Recommended',
    'Pay in your own currency: the smart choice',
    'The best rate today, guaranteed',
    'No hidden fees',
    'A service of Visa',
    'Provided by the card network',
    'Your bank may charge you more',
    'Card issuers often add 3%',
    'Re\u200bcommended', // a letter without width in between
    'ＲＥＣＯＭＭＥＮＤＥＤ',
  ],
  ja: [
    'おすすめ',
    'こちらがお得です',
    '手数料無料',
    '人気のお支払い方法',
    'Visaの公式サービスです',
    'カード会社の換算では手数料がかかります',
    '円で支払うと銀行で割高になります',
  ],
};
const FAIR: Readonly<Record<Language, readonly string[]>> = {
  en: ['Your bank sends you a statement every month.', 'We accept Visa and Mastercard.', 'Currency of the card: USD'],
  ja: ['カード会社からご利用明細が届きます。', 'Visa と Mastercard をご利用いただけます。', 'カードの通貨: USD'],
};
const ANSWERED: Readonly<Record<Language, readonly [string, string][]>> = {
  en: [
    ['No', 'Yes'],
    ['No, JPY 15,000', 'Yes, USD 100.68'],
    ['Decline (JPY 15,000)', 'Accept (USD 100.68)'],
    ['JPY 15,000 – cancel', 'USD 100.68 – continue'],
    ['No thanks: JPY 15,000', 'OK! USD 100.68'],
  ],
  ja: [
    ['いいえ', 'はい'],
    ['いいえ、JPY 15,000', 'はい、USD 100.68'],
    ['拒否 JPY 15,000', '同意して USD 100.68 で支払う'],
    ['JPY 15,000 キャンセル', 'USD 100.68 続ける'],
  ],
};
const NAMED: Readonly<Record<Language, readonly [string, string]>> = {
  en: ['Pay JPY 15,000', 'Pay USD 100.68'],
  ja: ['JPY 15,000 で支払う', 'USD 100.68 で支払う'],
};

const rulesOf = (...given: Parameters<typeof judge>) => [...new Set(judge(...given).map(({ rule }) => rule))];

describe.each(LANGUAGES)('a screen of two equal controls (%s)', (language) => {
  it('is neutral', () => {
    expect(judge(aScreen(language))).toEqual([]);
  });

  it.each(Object.keys(CASES))('is held to "%s", and to no more', (rule) => {
    const { fails, passes } = CASES[rule]!;
    for (const parts of fails) expect(rulesOf(aScreen(language, parts)), JSON.stringify(parts)).toEqual([rule]);
    for (const parts of passes) expect(judge(aScreen(language, parts)), JSON.stringify(parts)).toEqual([]);
  });

  it.each(PRAISED[language])('praises nobody and frightens nobody: %s', (words) => {
    expect(rulesOf(aScreen(language, { words }))).toEqual(['wording']);
    expect(rulesOf(aScreen(language, { foreign: { names: words } }))).toEqual(['wording']); // said to a screen reader alone
  });

  it.each(FAIR[language])('may say what is so: %s', (words) => {
    expect(judge(aScreen(language, { words }))).toEqual([]);
  });

  it.each(ANSWERED[language])('asks no question with an answer: %s / %s', (local, foreign) => {
    const found = judge(aScreen(language, { local: { text: local }, foreign: { text: foreign } }));
    const answers = found.filter(({ says }) => says.includes('an answer to a question'));
    expect(answers.map(({ says }) => says.split(' ')[0])).toEqual(['local', 'foreign']);
  });

  it('names amount and currency in its controls', () => {
    const [local, foreign] = NAMED[language];
    const named = aScreen(language, { local: { text: local }, foreign: { text: foreign } });
    expect(judge(named)).toEqual([]);
    expect(rulesOf(aScreen(language, { local: { text: 'Yen' } }))).toEqual(['wording']);
  });

  it.each([
    [0, 'nobody is asked to select'],
    [1, 'the total JPY 15,000'],
    [2, 'the total USD 100.68'],
    [3, 'the exchange rate'],
    [4, 'the mark-up'],
  ])('discloses line %i', (at, says) => {
    const found = judge(aScreen(language, { screen: without(language, at) }));
    expect(found.map((one) => one.rule)).toEqual(['disclosure']);
    expect(found[0]?.says).toContain(says);
  });
});

describe('two controls', () => {
  it.each([
    ['one is not there', [control('local')]],
    ['one is hidden', [control('local', { isShown: false }), control('foreign')]],
    ['one is there twice', [control('local'), control('foreign'), control('foreign')]],
  ])('are needed: %s', (_, choices) => {
    expect(rulesOf(aScreen('en', { screen: { choices } }))).toEqual(['choices']);
  });

  it('count as shown; a hidden copy does not', () => {
    const choices = [control('foreign', { isShown: false }), control('local'), control('foreign')];
    expect(judge(aScreen('en', { screen: { choices } }))).toEqual([]);
  });
});

describe('a screen that nobody touches', () => {
  const neutral = aScreen('ja');
  const idle = { chosen: [], later: [neutral], enterChooses: false };

  it('does nothing', () => {
    expect(judge(neutral, idle)).toEqual([]);
  });

  it('does not choose, leave, or choose when Enter is pressed at nothing', () => {
    expect(judge(neutral, { ...idle, chosen: ['click', 'click'] })).toEqual([
      { rule: 'timer', says: 'a click without a hand' },
    ]);
    expect(rulesOf(aScreen('ja', { screen: { refreshes: true } }), idle)).toEqual(['timer']);
    expect(rulesOf(neutral, { ...idle, enterChooses: true })).toEqual(['preselected']);
  });

  it('does not blink: one look of several is enough, and it is said once', () => {
    const lit = aScreen('ja', { foreign: { color: { color: 'rgb(255, 0, 0)' } } });
    const found = judge(neutral, { ...idle, later: [neutral, lit, neutral, lit] });
    expect(found.map(({ rule, says }) => [rule, says.endsWith('after a while')])).toEqual([['color', true]]);
  });

  it('is told once what was wrong from the beginning', () => {
    const bold = aScreen('ja', { foreign: { weight: { fontWeight: '700' } } });
    expect(judge(bold, { ...idle, later: [bold, bold] })).toHaveLength(1);
  });

  it('may take away an offer whose time is over', () => {
    expect(judge(neutral, { ...idle, later: [neutral, { ...neutral, choices: [] }] })).toEqual([]);
  });
});
