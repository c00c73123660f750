import { invariant } from '@tsunagu/kernel';

/** What is watched in the vault, device by device. */
export type AlarmLimit =
  'device_window_ms' | 'device_opens' | 'device_failures' | 'device_failure_share' | 'counter_jump' | 'counters_used_share' | 'bad_mac_window_ms' | 'bad_macs'; // prettier-ignore

interface LimitRow {
  readonly limit: AlarmLimit;
  readonly value: number;
  /** First day on which it holds (UTC); a later row of the same limit takes over. A change is a new row, so that an old alarm can be explained. */
  readonly from: string;
  /** Where the number comes from; `house` says that the standard asks for the watch and leaves the number to us, and why it is this one. */
  readonly source: string;
}

const ROWS: readonly LimitRow[] = [
  { limit: 'device_window_ms', value: 5 * 60_000, from: '2026-11-01', source: 'security-reliability.md C14: an alert within five minutes' },
  { limit: 'device_opens', value: 300, from: '2026-11-01', source: 'house, for P2PE v3.1 domain 4C (C14: volume per device): a till takes a card every few seconds at its busiest; one a second for five minutes is a script' },
  { limit: 'device_failures', value: 5, from: '2026-11-01', source: 'house, for P2PE v3.1 domain 4C (C14: ratio of failures): fewer say nothing about a share' },
  { limit: 'device_failure_share', value: 1 / 3, from: '2026-11-01', source: 'house, for P2PE v3.1 domain 4C (C14: ratio of failures): cards are misread now and then; a third is a broken reader, or somebody who tries' },
  { limit: 'counter_jump', value: 10_000, from: '2026-11-01', source: 'card-crypto.md §5: a jump of more usable counters raises an alert, not a refusal' },
  { limit: 'counters_used_share', value: 900_000 / 1_048_575, from: '2026-11-01', source: 'card-crypto.md §5: TDES above 900,000 used values; the same share of AES counters' },
  { limit: 'bad_mac_window_ms', value: 10 * 60_000, from: '2026-11-01', source: 'card-crypto.md CC-21: 5 bad MACs in 10 minutes' },
  { limit: 'bad_macs', value: 5, from: '2026-11-01', source: 'card-crypto.md CC-21: 5 bad MACs in 10 minutes' },
]; // prettier-ignore

/** A limit as it stands on a day; before its first row, as the first one says: a machine whose clock is wrong still watches. */
export function alarmLimit(limit: AlarmLimit, at: Date, rows: readonly LimitRow[] = ROWS): number {
  const day = at.toISOString().slice(0, 10);
  let [first, found]: (LimitRow | undefined)[] = [];
  for (const row of rows) {
    if (row.limit !== limit) continue;
    if (first === undefined || row.from < first.from) first = row;
    if (row.from <= day && (found === undefined || row.from > found.from)) found = row;
  }
  invariant(first !== undefined, 'every limit has a row', { limit });
  return (found ?? first).value;
}
