import type { CurrencyCode, TillLanguage } from '@tsunagu/kernel';
import type { CvmResult, EntryMode } from '@tsunagu/contracts';
import type { ReceiptCopy, ReceiptFacts, ReceiptLine, ReceiptPlan, ReceiptWish } from '../receipt-facts.js';
import type { Word } from '../words/receipt-words.js';
import { KINDS, TITLES, operationName } from './kind-rules.js';
import { mark, rule, signature, Slip, space, text } from './receipt-lines.js';
import { showAmount, showCardNumber, showDate, showInstant, showPercent } from './show-values.js';

/**
 * A slip as lines, from top to bottom. Nothing in it depends on the width: columns and pages are the renderers' matter.
 * @source payment-features.md §10 (items), §5.5 (currency conversion)
 */
export function composeReceipt(facts: ReceiptFacts, wish: ReceiptWish): ReceiptLine[] {
  const slip = new Slip(facts, wish);
  const sections = [
    headLines(slip),
    shopLines(slip),
    slipLines(slip),
    cardLines(slip),
    transactionLines(slip),
    amountLines(slip),
    conversionLines(slip),
    chipLines(slip),
    holderLines(slip),
    footLines(slip),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index < 2 ? lines : [rule, ...lines]));
}

const COPY_WORDS: Readonly<Record<ReceiptCopy, Word>> = {
  customer: 'copyCustomer',
  merchant: 'copyMerchant',
  issuer: 'copyIssuer',
};

function headLines(slip: Slip): ReceiptLine[] {
  const { facts, wish } = slip;
  const kind = KINDS[facts.kind];
  const center = { align: 'center' } as const;
  return [
    ...(facts.isLive ? [] : [text(slip.say('test'), center)]),
    ...(wish.isReprint ? [mark(slip.both('reprint'))] : []),
    text(slip.both(TITLES[facts.method]), { align: 'center', size: 'large' }),
    text(slip.both(COPY_WORDS[wish.copy]), center),
    ...(kind.mark === null ? [] : [mark(slip.both(kind.mark))]),
    ...declineLines(slip),
    ...(kind.sentence === null ? [] : [text(slip.say(kind.sentence))]),
    ...bothSentence(slip, kind.sentence),
    space,
  ];
}

/** A Chinese holder of a UnionPay card reads what is not known in Chinese as well. */
function bothSentence(slip: Slip, sentence: Word | null): ReceiptLine[] {
  const isTold = sentence === null || slip.facts.method !== 'unionpay' || slip.wish.language.startsWith('zh');
  return isTold ? [] : [text(slip.say(sentence, 'zh-Hans'))];
}

function declineLines({ facts: { decline }, wish, isForShop }: Slip): ReceiptLine[] {
  return decline === null ? [] : [text((isForShop ? decline.cashier : decline.customer)[wish.language])];
}

function shopLines(slip: Slip): ReceiptLine[] {
  const { shop } = slip.facts;
  return [
    text(shop.name, { size: 'large' }),
    ...slip.pair('shopPhone', shop.phone),
    ...slip.pair('merchant', shop.merchant),
    ...slip.pair('terminal', shop.terminal),
  ];
}

function slipLines(slip: Slip): ReceiptLine[] {
  const { facts } = slip;
  return [
    ...slip.pair('usedAt', showInstant(facts.occurredAt)),
    ...slip.pair('businessDate', showDate(facts.businessDate)),
    ...slip.pair('slipNo', facts.slipNo),
    ...slip.pair('originalSlipNo', facts.originalSlipNo ?? null),
    ...slip.pair('clerk', facts.clerk),
  ];
}

const BRAND_NAMES: Readonly<Record<string, string>> = {
  jcb: 'JCB', visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express', diners: 'Diners Club', discover: 'Discover', unionpay: 'UnionPay 銀聯',
}; // prettier-ignore
const ENTRY_WORDS: Readonly<Record<EntryMode, Word>> = {
  chip: 'entryChip',
  contactless: 'entryContactless',
  stripe: 'entryStripe',
  keyed: 'entryKeyed',
};

function cardLines(slip: Slip): ReceiptLine[] {
  const { card, cardCompany } = slip.facts;
  const company = cardCompany === null ? null : [cardCompany.name, cardCompany.code].filter(Boolean).join(' ');
  if (card === null) return slip.pair('company', company);
  return [
    ...slip.pair('company', company),
    ...slip.pair('brand', BRAND_NAMES[card.brand] ?? null),
    ...slip.bothPair('memberNo', showCardNumber(card, slip.wish.copy)),
    ...slip.pair('expiry', 'XX/XX'),
    ...slip.pair('entry', slip.say(ENTRY_WORDS[card.entryMode])),
  ];
}

function transactionLines(slip: Slip): ReceiptLine[] {
  const { facts } = slip;
  const kind = KINDS[facts.kind];
  return [
    ...slip.bothPair('transaction', slip.both(operationName(facts)), 'large'),
    ...planLines(slip),
    ...(facts.approvalSource === 'voice' ? [text(slip.say('voice'), { size: 'large' })] : []),
    ...(kind.movesMoney ? slip.bothPair('approvalNo', facts.approvalCode, 'large') : []),
  ];
}

const PLAN_WORDS: Readonly<Record<ReceiptPlan['type'], Word>> = {
  one_time: 'planOneTime',
  installments: 'planInstallments',
  revolving: 'planRevolving',
  bonus: 'planBonus',
  bonus_combined: 'planBonusCombined',
};

function planLines(slip: Slip): ReceiptLine[] {
  const { plan, currency, kind } = slip.facts;
  if (plan === null) return [];
  const times = plan.count === null ? '' : ` ${plan.count}${slip.say('planTimes')}`;
  const hasSchedule =
    !slip.isForShop && !KINDS[kind].isNegative && plan.type !== 'one_time' && plan.schedule.length > 0;
  return [
    ...slip.pair('plan', `${slip.say(PLAN_WORDS[plan.type])}${times}`),
    ...slip.pair('planBonusMonths', plan.bonusMonths.join(', ')),
    ...(hasSchedule ? [text(slip.say('schedule'))] : []),
    ...(hasSchedule ? plan.schedule.map((due) => dueLine(slip, due, currency)) : []),
  ];
}

function dueLine(slip: Slip, due: ReceiptPlan['schedule'][number], currency: CurrencyCode): ReceiptLine {
  const label = `  ${showDate(due.date)}${due.isBonus ? ` ${slip.say('bonus')}` : ''}`;
  return {
    type: 'pair',
    label,
    text: showAmount({ amountMinor: due.amountMinor, currency }, false),
    align: 'left',
    size: 'normal',
  };
}

function amountLines(slip: Slip): ReceiptLine[] {
  const { facts } = slip;
  const { currency, amountMinor, requestedMinor } = facts;
  const { isNegative, movesMoney } = KINDS[facts.kind];
  const show = (minor: number, negative = isNegative) => showAmount({ amountMinor: minor, currency }, negative);
  const original = facts.originalMinor === null ? [] : slip.pair('original', show(facts.originalMinor, false));
  if (!movesMoney) return slip.bothPair('amount', show(amountMinor, false), 'large');
  if (requestedMinor === null) return [...original, ...slip.bothPair('total', show(amountMinor), 'large')];
  return [
    mark(slip.both('partial')),
    ...slip.pair('requested', show(requestedMinor)),
    ...slip.bothPair('approved', show(amountMinor), 'large'),
    ...slip.pair('remaining', show(requestedMinor - amountMinor)),
    text(slip.say('partialAdvice')),
  ];
}

/** The block of a converted sale, in the language of the slip and in English; an English slip has it in Japanese too. */
function conversionLines(slip: Slip): ReceiptLine[] {
  if (slip.facts.conversion === null || !KINDS[slip.facts.kind].movesMoney) return [];
  const { language } = slip.wish;
  const { disclaimer } = slip.facts.conversion;
  return [
    ...conversionBlock(slip, language),
    space,
    ...conversionBlock(slip, language === 'en' ? 'ja' : 'en'),
    ...(disclaimer === null ? [] : [text(disclaimer)]),
  ];
}

function conversionBlock(slip: Slip, language: TillLanguage): ReceiptLine[] {
  const { conversion, amountMinor, currency, kind } = slip.facts;
  if (conversion === null) return [];
  const { isNegative } = KINDS[kind];
  const word = (name: Word) => slip.say(name, language);
  const pair = (name: Word, value: string, size: ReceiptLine['size'] = 'normal'): ReceiptLine => ({
    type: 'pair',
    label: word(name),
    text: value,
    align: 'left',
    size,
  });
  const foreign = { amountMinor: conversion.foreignMinor, currency: conversion.currency };
  return [
    text(word('dccTitle')),
    pair('dccLocal', `${currency} ${showAmount({ amountMinor, currency }, isNegative)}`),
    pair('dccTransaction', conversion.currency),
    pair('dccAmount', showAmount(foreign, isNegative), 'large'),
    pair('dccRate', `${currency} 1 = ${conversion.currency} ${conversion.rate}`),
    pair('dccMarkup', showPercent(conversion.markupBps)),
    ...(conversion.rateSource === null ? [] : [pair('dccSource', conversion.rateSource)]),
    ...(isNegative ? [] : [text(word('dccChosen'))]),
    text(word('dccBy')),
  ];
}

/** Tags that a shop and a card company need to defend a chip sale; their names are those of EMV in every language. */
const CHIP_TAGS: readonly (readonly [string, string])[] = [
  ['ARC', '8A'],
  ['TVR', '95'],
  ['TSI', '9B'],
  ['AC', '9F26'],
  ['ATC', '9F36'],
];

function chipLines(slip: Slip): ReceiptLine[] {
  const { chip } = slip.facts;
  if (chip === null) return [];
  const tags = slip.isForShop ? CHIP_TAGS : [];
  return [
    ...slip.pair('application', chip.label),
    ...slip.pair('aid', chip.aid),
    ...tags.flatMap(([label, tag]): ReceiptLine[] => {
      const value = chip.tags[tag];
      return value === undefined
        ? []
        : [{ type: 'pair', label, text: arcText(tag, value), align: 'left', size: 'normal' }];
    }),
  ];
}

/** The response code is two letters or digits in ASCII; everything else is shown as it is. */
function arcText(tag: string, value: string): string {
  const ascii = Buffer.from(value, 'hex').toString('latin1');
  return tag === '8A' && /^[0-9A-Z]{2}$/.test(ascii) ? ascii : value;
}

const CVM_WORDS: Readonly<Record<CvmResult, Word>> = {
  none: 'cvmNone',
  signature: 'cvmSigned',
  offline_pin: 'cvmPin',
  online_pin: 'cvmPin',
  device: 'cvmDevice',
  offline_pin_and_signature: 'cvmPin',
  approval: 'cvmApproval',
  failure: 'cvmFailure',
};

/**
 * How the holder was verified. A line to sign on only where a signature is that proof, and only on the copies that the shop keeps; what was
 * signed on a tablet stands there, whatever the proof was.
 */
function holderLines(slip: Slip): ReceiptLine[] {
  const { cvm, kind } = slip.facts;
  if (!KINDS[kind].movesMoney) return [];
  const isProof = cvm === 'signature' || cvm === 'offline_pin_and_signature';
  const signed = slip.isForShop ? signatureLines(slip, isProof) : [];
  if (cvm === null || (cvm === 'none' && signed.length > 0)) return signed; // "no signature required" above one would be odd
  return [...(isProof ? pinLine(slip, cvm) : [text(slip.say(CVM_WORDS[cvm]), { align: 'center' })]), ...signed];
}

function signatureLines(slip: Slip, isProof: boolean): ReceiptLine[] {
  const { signedAt = null } = slip.facts;
  if (!isProof && signedAt === null) return [];
  const signed = signedAt === null ? null : `${slip.say('signedOnTablet')} ${showInstant(signedAt)}`;
  return [text(slip.say('agree')), signature(slip.both('signature'), signed)];
}

function pinLine(slip: Slip, cvm: CvmResult): ReceiptLine[] {
  return cvm === 'offline_pin_and_signature' ? [text(slip.say('cvmPin'), { align: 'center' })] : [];
}

function footLines(slip: Slip): ReceiptLine[] {
  const { facts, isForShop } = slip;
  return [
    ...(isForShop ? slip.pair('errorCode', facts.decline?.code ?? null) : []),
    ...(isForShop ? slip.pair('issuerMessage', facts.issuerMessage) : []),
    ...slip.pair('reference', facts.reference),
    ...(isForShop ? [] : [text(slip.say('keep'), { align: 'center' })]),
  ];
}
