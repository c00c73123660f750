import type { ChoiceFacts, ScreenFacts, Unattended } from './screen-facts.js';

/** What a screen does that the card networks forbid, and where. */
export interface Finding {
  readonly rule: string;
  readonly says: string;
}

type Pair = { readonly local: ChoiceFacts; readonly foreign: ChoiceFacts };
type Rule = (pair: Pair, screen: ScreenFacts) => string[];

/** A control may differ by this much because texts are set on a raster. */
const TOLERANCE_PX = 1;
/** Answers to a question: a choice between two currencies is none. A control begins with one, whatever follows. In the five languages of the till. */
const ANSWERS = [
  /^(yes|no|ok|okay|accept|decline|agree|disagree|continue|cancel|confirm|reject|back|proceed|skip)\b/i,
  /^(はい|いいえ|承諾|拒否|同意|続ける|続行|キャンセル|確認|取消|取り消|やめる|戻る|进行|接受|拒绝|拒絕|不同意|继续|繼續|确认|確認|取消|동의|거부|수락|계속|취소|확인|아니요|아니오)/,
  /^(是|否|好|예|네)(?!\p{L})/u,
];
/** Words that make one side look better, or a service of the network. */
const PRAISE = [
  /\b(recommend\w*|prefer(red)?|best (rate|value|price|choice)|guaranteed?|saves? (money|up)|cheaper|better (rate|value)|no (hidden )?fees?|free of charge|popular|smart choice)\b/i,
  /おすすめ|お勧め|お薦め|推奨|お得|有利|最安|割安|人気|安心|手数料(は)?無料|推荐|推薦|优惠|優惠|更划算|最划算|推崇|추천|유리|더 저렴|최저|인기/i,
  /\b(official|service (of|by|from)|(provided|offered) by) (the )?(visa|mastercard|jcb|american express|card network)\b/i,
  /(visa|mastercard|jcb|ビザ|マスターカード|国際ブランド)(公式|の(公式)?サービス|が提供)/i,
];
/** Words that make the other side look worse: what the holder's own bank would take. @source payment-features.md §5.4 */
const SCARE = [
  /\b(banks?|issuers?|card (company|companies))\b[^.\n]{0,60}\b(charge|add|more|higher|extra|additional|worse|expensive)\b/i,
  /(銀行|カード会社|発行会社|イシュア)[^。\n]{0,30}(手数料が|割高|高く|上乗せされ|追加)|(银行|銀行|发卡行|發卡行)[^。\n]{0,20}(额外|額外|更高|更贵|更貴)|(은행|카드사)[^.\n]{0,20}(추가|더 높|비싸)/,
];
const SELECT = /select|choose|選んで|選択|お選び|选择|選擇|선택/i;
const RATE = /\b([A-Z]{3}) ?1(?:\.0+)? ?= ?([A-Z]{3}) ?([0-9]+(?:\.[0-9]+)?)/;
const PERCENT = /[0-9]+(?:[.,][0-9]+)? ?%/;

/** @source payment-features.md §5.3 and §5.4; api-conventions.md §5 */
const RULES: Readonly<Record<string, Rule>> = {
  preselected: (pair) => both(pair, (one) => one.isPreselected).map((one) => `${one} is chosen before anybody chose`),
  focused: (pair) =>
    both(pair, (one) => one.isFocused).map((one) => `${one} has the focus: one key press would choose it`),
  reachable: (pair) => [
    ...both(pair, (one) => one.isDisabled).map((one) => `${one} cannot be chosen`),
    ...(pair.local.tabIndex < 0 === pair.foreign.tabIndex < 0 ? [] : ['the Tab key reaches one of the two only']),
    ...(pair.local.isInView === pair.foreign.isInView ? [] : ['one of the two is outside of what the screen shows']),
  ],
  size: ({ local, foreign }) => [
    ...(['width', 'height'] as const)
      .filter((name) => Math.abs(local.box[name] - foreign.box[name]) > TOLERANCE_PX)
      .map((name) => `${name} is ${local.box[name].toFixed(0)} for local, ${foreign.box[name].toFixed(0)} for foreign`),
    ...differing(local.size, foreign.size),
  ],
  color: ({ local, foreign }) => differing(local.color, foreign.color),
  weight: ({ local, foreign }) => differing(local.weight, foreign.weight),
  order: ({ local, foreign }, { isRandomOrder, choices }) =>
    !isRandomOrder && (isFirst(choices, 'foreign') || isBefore(foreign, local) || isTabbedBefore(foreign, local))
      ? ['the foreign currency comes first; local first, or by lot and marked data-dcc-order="random"']
      : [],
  wording: (pair, { text }) => [
    ...both(pair, isAnswer).map((one) => `${one} is an answer to a question, not a currency`),
    ...both(pair, (one) => !isAmount(one.text)).map((one) => `${one} does not say its amount and currency`),
    ...said(PRAISE, pair, text).map((word) => `"${word}" makes one side look better`),
    ...said(SCARE, pair, text).map((word) => `"${word}" makes the other side look worse`),
  ],
  disclosure: ({ local, foreign }, { disclosure }) =>
    missing([local.text, foreign.text].filter(isAmount).map(amountIn), disclosure),
};

/**
 * Judge a screen that offers a choice of currency.
 * @param unattended what happened while nobody touched it; left out: not watched
 */
export function judge(screen: ScreenFacts, unattended?: Unattended): Finding[] {
  const shown = screen.choices.filter(({ isShown }) => isShown);
  const [local, foreign] = (['local', 'foreign'] as const).map((name) => shown.filter(({ choice }) => choice === name));
  if (local?.length !== 1 || foreign?.length !== 1) {
    const says =
      'a choice is one control marked data-dcc-choice="local" and one marked data-dcc-choice="foreign", both shown';
    return [{ rule: 'choices', says }];
  }
  const pair = { local: local[0]!, foreign: foreign[0]! };
  const found = Object.entries(RULES).flatMap(([rule, check]) => check(pair, screen).map((says) => ({ rule, says })));
  return [...found, ...timed(screen, unattended)];
}

function timed(screen: ScreenFacts, unattended: Unattended | undefined): Finding[] {
  const { chosen = [], later = [], enterChooses = false } = unattended ?? {};
  const says = [
    ...(screen.refreshes ? ['the page leaves by itself'] : []),
    ...new Set(chosen.map((what) => `a ${what} without a hand`)),
  ];
  const news = (chosen.length > 0 ? [] : later)
    .flatMap((after) => judge(after))
    .filter(({ rule }) => rule !== 'choices'); // an offer whose time is over may be gone
  const found = [
    ...says.map((each) => ({ rule: 'timer', says: each })),
    ...(enterChooses ? [{ rule: 'preselected', says: 'Enter chooses while nothing has the focus' }] : []),
    ...news.map((each) => ({ rule: each.rule, says: `${each.says}, after a while` })),
  ].filter((one) => !judgeNow(screen).has(one.says.replace(/, after a while$/, '')));
  return [...new Map(found.map((one) => [one.rule + one.says, one])).values()];
}

/** What was wrong from the beginning is said once. */
function judgeNow(screen: ScreenFacts): Set<string> {
  const pick = (name: string) => screen.choices.find(({ choice, isShown }) => choice === name && isShown);
  const [local, foreign] = [pick('local'), pick('foreign')];
  if (local === undefined || foreign === undefined) return new Set();
  return new Set(Object.values(RULES).flatMap((check) => check({ local, foreign }, screen)));
}

function both(pair: Pair, is: (one: ChoiceFacts) => boolean): string[] {
  return [pair.local, pair.foreign].filter(is).map(({ choice, text }) => `${choice} ("${text.slice(0, 40)}")`);
}

function differing(local: Readonly<Record<string, string>>, foreign: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(local), ...Object.keys(foreign)])];
  return names
    .filter((name) => local[name] !== foreign[name])
    .map((name) => `${name} is ${local[name] ?? 'none'} for local, ${foreign[name] ?? 'none'} for foreign`);
}

/** Whether the control, or what a screen reader says of it, begins with an answer once its amount is taken away. */
function isAnswer({ text, names }: ChoiceFacts): boolean {
  return [text, names]
    .map((each) => plain(each).replace(/^[^\p{L}]*([A-Z]{3} ?)?[0-9.,]*[^\p{L}]*/u, ''))
    .some((words) => ANSWERS.some((answer) => answer.test(words)));
}

/** The first word of each kind, wherever it is written. */
function said(kinds: readonly RegExp[], { local, foreign }: Pair, text: string): string[] {
  const all = plain([text, local.names, foreign.names].join('\n'));
  return kinds.flatMap((kind) => (kind.exec(all) ?? []).slice(0, 1));
}

/** Wide letters and letters of other shapes are the letters that they look like; what has no width is nothing. */
function plain(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '');
}

function isFirst(choices: readonly ChoiceFacts[], name: string): boolean {
  return choices.find(({ isShown }) => isShown)?.choice === name;
}

/** Above 0 comes first, the lowest of them before all. */
function isTabbedBefore(one: ChoiceFacts, other: ChoiceFacts): boolean {
  return one.tabIndex > 0 && (other.tabIndex <= 0 || one.tabIndex < other.tabIndex);
}

/** Whether one stands before the other as people read: above it, or left of it in the same line. */
function isBefore(one: ChoiceFacts, other: ChoiceFacts): boolean {
  const isSameLine = Math.abs(one.box.top - other.box.top) < Math.min(one.box.height, other.box.height) / 2;
  return isSameLine ? one.box.left < other.box.left : one.box.top < other.box.top;
}

/** `USD 100.68`, with or without words around it. */
function isAmount(text: string): boolean {
  return /[A-Z]{3}|[¥￥$€₩]/.test(text) && /[0-9]/.test(text);
}

/** The amount alone, where it is written with its currency before it; else all that is there. */
function amountIn(text: string): string {
  return /(?:[A-Z]{3}|[¥￥$€₩]) ?[0-9](?:[0-9.,]*[0-9])?/.exec(text)?.[0] ?? text;
}

function missing(totals: readonly string[], lines: readonly string[]): string[] {
  if (lines.length === 0) return ['nothing is marked data-dcc-disclosure'];
  const rateAt = lines.findIndex((line) => RATE.test(line));
  const isUnder = rateAt >= 0 && PERCENT.test(`${lines[rateAt + 1] ?? ''}`);
  return [
    ...totals
      .filter((total) => !lines.some((line) => line.includes(total)))
      .map((total) => `the total ${total} is not said`),
    ...(lines.some((line) => SELECT.test(line)) ? [] : ['nobody is asked to select a currency']),
    ...(rateAt >= 0 ? [] : ['the exchange rate is not said (JPY 1 = USD 0.0067)']),
    ...(rateAt < 0 || isUnder ? [] : ['the mark-up is not said directly under the rate']),
  ];
}
