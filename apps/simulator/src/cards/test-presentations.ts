import type { EntryMode } from '../reader/card-reader.js';
import { TEST_CARDS, type TestCard } from './test-cards.js';

/** A card of the tray and the way in which its holder shows it, by the name that `POST /v1/test/terminals/{id}/present_card` takes. */
export interface TestPresentation {
  readonly name: string;
  readonly card: TestCard;
  readonly entry: EntryMode;
  /** What the holder types without being told; undefined: nothing. */
  readonly pin?: string;
  /** The holder's choice on a card of two brands. */
  readonly brand?: TestCard['brand'];
  readonly does: { readonly ja: string; readonly en: string };
}

interface Manner {
  readonly entry?: EntryMode;
  readonly pin?: 'right' | 'wrong';
  readonly brand?: TestCard['brand'];
}

/** Four digits that no test card has. */
const WRONG_PIN = '0000';

/** @source api-conventions.md §11: one per brand, each kind of account, each way of being read and verified, each currency of an offer */
export const TEST_PRESENTATIONS: readonly TestPresentation[] = [
  row('jcb', 'jcb', {}, 'タッチ、本人確認なし', 'Tap, no verification; amounts above the tap limit ask for more'),
  row('visa', 'visa', {}, 'タッチ、本人確認なし', 'Tap, no verification'),
  row('mastercard', 'mastercard', {}, 'タッチ、本人確認なし', 'Tap, no verification'),
  row('amex', 'amex', {}, 'タッチ、本人確認なし', 'Tap, no verification'),
  row('diners', 'diners', {}, 'タッチ、本人確認なし', 'Tap, no verification'),
  row('unionpay', 'unionpay', { entry: 'chip' }, 'IC、暗証番号なし', 'Chip without a PIN'),
  row('unionpay_pin', 'unionpay', { entry: 'chip', pin: 'right' }, 'IC と正しい6桁の暗証番号', 'Chip with its right PIN of six digits'),
  row('unionpay_19_pin', 'unionpay-19', { entry: 'chip', pin: 'right' }, '19桁の会員番号', 'A number of 19 digits, with its PIN'),
  row('unionpay_visa', 'unionpay-visa', { entry: 'chip', pin: 'right' }, '2ブランド、カードの優先順', 'A card of two brands; the first one of the card'),
  row('unionpay_visa_as_visa', 'unionpay-visa', { entry: 'chip', brand: 'visa' }, '2ブランド、Visa を選択', 'A card of two brands; the holder chose Visa'),
  row('visa_chip_pin', 'visa', { entry: 'chip', pin: 'right' }, 'IC と正しい暗証番号', 'Chip with its right PIN'),
  row('visa_chip_wrong_pin', 'visa', { entry: 'chip', pin: 'wrong' }, '暗証番号誤り（117）: 再入力を待つ。3回で 106', 'Chip with a wrong PIN (117): the payment waits for another; 106 after three'),
  row('visa_tap_phone', 'visa-phone', {}, 'スマホで認証済みのタッチ', 'A phone that has verified its holder'),
  row('mastercard_tap_phone', 'mastercard-watch', {}, 'スマホ・時計で認証済みのタッチ', 'A phone or watch that has verified its holder'),
  row('jcb_swipe_signature', 'jcb-stripe', { entry: 'stripe' }, '磁気のみのカード、署名', 'A card without a chip, swiped and signed'),
  row('visa_fallback_signature', 'visa', { entry: 'stripe' }, 'IC 不良の磁気読取、署名', 'A chip that failed: swiped with its reason, and signed'),
  row('visa_debit', 'visa-debit', {}, 'デビット', 'A debit card'),
  row('mastercard_prepaid', 'mastercard-prepaid', {}, 'プリペイド', 'A prepaid card'),
  row('visa_usd_dcc', 'visa-usd', { entry: 'chip' }, 'DCC 対象、米ドル', 'Billed in US dollars: may be offered DCC'),
  row('visa_eur_dcc', 'visa-eur', { entry: 'chip' }, 'DCC 対象、ユーロ', 'Billed in euros'),
  row('visa_krw_dcc', 'visa-krw', { entry: 'chip' }, 'DCC 対象、ウォン（小数なし）', 'Billed in won, which have no decimals'),
  row('visa_kwd_dcc', 'visa-kwd', { entry: 'chip' }, 'DCC 対象、ディナール（小数3桁）', 'Billed in dinars, which have three'),
  row('mastercard_eur_dcc', 'mastercard-eur', { entry: 'chip' }, 'DCC 対象、ユーロ、デビット', 'A debit card billed in euros'),
]; // prettier-ignore

/** @returns undefined when there is no such name */
export function presentationNamed(name: unknown): TestPresentation | undefined {
  return TEST_PRESENTATIONS.find((one) => one.name === name);
}

function row(name: string, card: string, manner: Manner, ...[ja, en]: [string, string]): TestPresentation {
  const held = TEST_CARDS[card];
  if (held === undefined) throw new Error(`${name} shows a card that is not in the tray`);
  const { entry = 'contactless', pin, brand } = manner;
  const typed = pin === 'right' ? held.pin : WRONG_PIN;
  return { name, card: held, entry, pin: pin === undefined ? undefined : typed, brand, does: { ja, en } };
}
