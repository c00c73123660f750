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
/** Answers to a question: a choice between two currencies is none. In the five languages of the till. */
const ANSWERS =
  /^(yes|no|ok|okay|accept|decline|agree|disagree|continue|cancel|confirm|reject|back|はい|いいえ|承諾|拒否|同意(する|しない)?|続ける|続行|キャンセル|確認|取消|是|否|好|接受|拒绝|拒絕|同意|不同意|继续|繼續|取消|确认|確認|예|아니요|아니오|네|동의|거부|수락|계속|취소|확인)[.!?。！？]*$/i;
/** Words that make one side look better, or a service of the network. */
const PRAISE =
  /\b(recommend(ed)?|best (rate|value|price)|guaranteed?|save money|cheaper|better rate|no fee|free of charge|popular|official (visa|mastercard))\b|おすすめ|お勧め|お得|有利|最安|手数料無料|推荐|推薦|优惠|優惠|更划算|最划算|추천|유리|더 저렴|최저/i;
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
    !isRandomOrder && (choices[0]?.choice === 'foreign' || isBefore(foreign, local))
      ? ['the foreign currency comes first; local first, or by lot and marked data-dcc-order="random"']
      : [],
  wording: (pair, { text }) => [
    ...both(pair, (one) => ANSWERS.test(one.text)).map((one) => `${one} is an answer to a question, not a currency`),
    ...both(pair, (one) => !isAmount(one.text)).map((one) => `${one} does not say its amount and currency`),
    ...(PRAISE.exec(text) ?? []).slice(0, 1).map((word) => `"${word}" makes one side look better`),
  ],
  disclosure: ({ local, foreign }, { disclosure }) => missing([local.text, foreign.text].filter(isAmount), disclosure),
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
  const says = [
    ...(screen.refreshes ? ['the page leaves by itself'] : []),
    ...new Set((unattended?.chosen ?? []).map((what) => `a ${what} without a hand`)),
  ];
  const later = unattended === undefined || unattended.chosen.length > 0 ? [] : judge(unattended.after);
  const news = later.filter(({ rule }) => rule !== 'choices'); // an offer whose time is over may be gone
  return [
    ...says.map((each) => ({ rule: 'timer', says: each })),
    ...news.map((each) => ({ rule: each.rule, says: `${each.says}, after a while` })),
  ].filter((one) => !judgeNow(screen).has(one.says.replace(/, after a while$/, '')));
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

/** Whether one stands before the other as people read: above it, or left of it in the same line. */
function isBefore(one: ChoiceFacts, other: ChoiceFacts): boolean {
  const isSameLine = Math.abs(one.box.top - other.box.top) < Math.min(one.box.height, other.box.height) / 2;
  return isSameLine ? one.box.left < other.box.left : one.box.top < other.box.top;
}

/** `USD 100.68`, with or without words around it. */
function isAmount(text: string): boolean {
  return /[A-Z]{3}|[¥￥$€₩]/.test(text) && /[0-9]/.test(text);
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
