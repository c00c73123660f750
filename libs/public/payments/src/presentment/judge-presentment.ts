import { invariant } from '@tsunagu/kernel';
import type { CardBrand, CvmResult } from '@tsunagu/contracts';
import type {
  ChipFieldRow,
  ChipRow,
  PresentmentFacts,
  PresentmentJudgement,
  PresentmentPlace,
  PresentmentTable,
  TapRow,
} from './presentment-rules.js';
import { STANDARD_VERIFICATION } from './presentment-rules.js';
import { PRESENTMENT_TABLES } from './presentment-tables.js';

const OK: PresentmentJudgement = { kind: 'ok' };
const LOCAL_COUNTRY = 'JP';
const LOCAL_CURRENCY = 'JPY';

/** A PIN, or a device, speaks for the holder of an inserted card. */
const PIN_PROOFS: readonly (CvmResult | null)[] = ['offline_pin', 'offline_pin_and_signature', 'device'];

/**
 * Whether a card was shown as the rules of brand, merchant, reader and day want it.
 * Pure: the same facts always get the same judgement. Limits are yen: other currencies have none.
 *
 * @param facts `amountMinor` in minor units of `currency`
 * @param tables oldest first; the newest that was valid on the date decides, before all of them the oldest
 * @source payment-features.md §6.3, §6.4
 */
export function judgePresentment(
  facts: PresentmentFacts,
  tables: readonly PresentmentTable[] = PRESENTMENT_TABLES,
): PresentmentJudgement {
  if (facts.currency !== LOCAL_CURRENCY) return OK;
  if (facts.entryMode === 'contactless') return judgeTap(facts, tables);
  return facts.entryMode === 'chip' ? judgeChip(facts, tables) : OK;
}

function judgeTap(facts: PresentmentFacts, tables: readonly PresentmentTable[]): PresentmentJudgement {
  const { cvm, hasPin, amountMinor } = facts;
  const row = tapRow(facts, facts.brand, tables);
  const rule = `${tableOf(facts.date, tables).version}/${row.id}`;
  const chip: PresentmentJudgement =
    facts.reader === 'pin_pad'
      ? { kind: 'action', type: 'insert_chip', rule }
      : { kind: 'refused', fault: 'tap_limit', rule };
  if (isAbove(amountMinor, cvm === 'device' ? row.deviceUpToMinor : row.tapUpToMinor)) return chip;
  if (cvm === 'failure') return chip;
  if (hasPin) return OK;
  if (facts.asks === 'online_pin') return missing(row, 'enter_pin', rule);
  if (amountMinor <= row.noCvmUpToMinor) return OK;
  // An online PIN that did not come with the card is no proof.
  if (cvm !== null && cvm !== 'online_pin' && row.proofs.includes(cvm)) return OK;
  return missing(row, row.otherwise ?? 'insert_chip', rule);
}

function missing(row: TapRow, type: 'enter_pin' | 'insert_chip', rule: string): PresentmentJudgement {
  return row.otherwise === null ? { kind: 'refused', fault: 'tap_limit', rule } : { kind: 'action', type, rule };
}

function isAbove(amountMinor: number, limitMinor: number | null): boolean {
  return limitMinor !== null && amountMinor > limitMinor;
}

/** A reader that says nothing of the holder is believed to have followed its own kernel; one that says "no PIN" is held to the rules. */
function judgeChip(facts: PresentmentFacts, tables: readonly PresentmentTable[]): PresentmentJudgement {
  const { cvm, hasPin, amountMinor } = facts;
  if (cvm === null || hasPin || PIN_PROOFS.includes(cvm)) return OK;
  const row = chipRow(facts, facts.country, tables);
  const rule = `${tableOf(facts.date, tables).version}/${row.id}`;
  if (cvm === 'failure') return { kind: 'refused', fault: 'verification_failed', rule };
  if (amountMinor <= row.pinlessUpToMinor) return OK;
  if (cvm === 'signature' && row.signature === 'allowed') return OK;
  return { kind: 'refused', fault: 'pin_bypass', rule };
}

/** Limits of a tap for one brand at one till. */
export function tapRow(
  place: PresentmentPlace,
  brand: CardBrand,
  tables: readonly PresentmentTable[] = PRESENTMENT_TABLES,
): TapRow {
  const ofPlace = (row: TapRow, contract: string) => isOf(row, contract) && row.readers.includes(place.reader);
  return pick(tableOf(place.date, tables).taps, place, (row, contract) => {
    return ofPlace(row, contract) && (row.brands === undefined || row.brands.includes(brand));
  });
}

/** What is asked of the holder of an inserted card at one till. @param country null: not known */
export function chipRow(
  place: PresentmentPlace,
  country: string | null,
  tables: readonly PresentmentTable[] = PRESENTMENT_TABLES,
): ChipRow {
  const issued = country === null || country === LOCAL_COUNTRY ? 'japan' : 'abroad';
  return pick(tableOf(place.date, tables).chips, place, (row, contract) => {
    return isOf(row, contract) && row.readers.includes(place.reader) && row.issued === issued;
  });
}

/** What the chip data of a till must hold. */
export function chipFieldRow(
  place: Pick<PresentmentPlace, 'contract' | 'date'>,
  tables: readonly PresentmentTable[] = PRESENTMENT_TABLES,
): ChipFieldRow {
  return pick(tableOf(place.date, tables).chipFields, place, isOf);
}

/** Version in force on a business date. */
export function tableOf(date: string, tables: readonly PresentmentTable[] = PRESENTMENT_TABLES): PresentmentTable {
  const table = tables.findLast(({ validFrom }) => validFrom <= date) ?? tables[0];
  invariant(table !== undefined, 'there is a table of presentment');
  return table;
}

const isOf = ({ contracts }: { readonly contracts: readonly string[] }, contract: string) =>
  contracts.includes(contract);

/** The row of the contract, else the one of the standard contract: a name that this version does not know leaves nobody without a rule. */
function pick<T>(
  rows: readonly T[],
  { contract }: { readonly contract: string },
  fits: (row: T, contract: string) => boolean,
): T {
  const row =
    rows.find((candidate) => fits(candidate, contract)) ??
    rows.find((candidate) => fits(candidate, STANDARD_VERIFICATION));
  invariant(row !== undefined, 'every card, reader and contract has a rule');
  return row;
}
