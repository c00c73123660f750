/** Answers of the switch, as far as they are printed. */
export interface Counter {
  readonly business_date: string;
  readonly currency: string;
  readonly product: string;
  readonly class: string;
  readonly sign: string;
  readonly number: string;
  readonly amount_minor: string;
}

export interface Exchange {
  readonly business_date: string;
  readonly currency: string;
  readonly kind: string;
  readonly number: number;
  readonly state: string;
  readonly tries: number;
  readonly action_code: string | null;
}

export interface Balance {
  readonly link: string;
  readonly counters: readonly Counter[];
  readonly exchanges: readonly Exchange[];
}

export interface CaseLine {
  readonly id: string;
  readonly link: string;
  readonly businessDate: string;
  readonly currency: string;
  readonly state: string;
  readonly details: string;
  readonly owner: string;
  readonly deadline: string;
  readonly closedBy: string | null;
  readonly resolution: string | null;
  readonly reason: string | null;
}

export interface ItemLine {
  readonly class: string;
  readonly rrn: string;
  readonly localTime: string;
  readonly terminal: string | null;
  readonly oursMinor: number | null;
  readonly theirsMinor: number | null;
  readonly attemptId: string | null;
  readonly note: string;
}

/** Counters and exchanges of links, then their difference cases. */
export function overview(links: readonly Balance[], cases: readonly CaseLine[], watches: readonly WatchLine[]): string {
  const lines = links.flatMap((link) => [
    `link ${link.link}`,
    ...link.counters.map(counterLine),
    ...link.exchanges.slice(0, 10).map(exchangeLine),
  ]);
  const open = cases.filter((one) => one.state === 'open');
  const shown = cases.map((one) => `  ${caseLine(one)}`);
  const nothing = links.length === 0 ? ['nothing was counted yet'] : [];
  return [
    ...nothing,
    ...lines,
    `difference cases: ${open.length} open of ${cases.length}`,
    ...shown,
    ...watches.map(watchLine),
  ].join('\n');
}

export interface WatchLine {
  readonly link: string;
  readonly rrn: string;
  readonly local_time: string;
  readonly reason: string;
  readonly amount_minor: string | null;
  readonly seen_at: string;
}

function watchLine(one: WatchLine): string {
  const what =
    one.reason === 'unmatched' ? 'an approval of nothing we know' : 'an approval after its reversal was over';
  return `watch: ${what} on ${one.link}, rrn ${one.rrn} at ${one.local_time}, amount ${one.amount_minor ?? '-'}, seen ${one.seen_at}`;
}

function counterLine(one: Counter): string {
  const what = `${one.class} ${one.sign === 'reversal' ? 'reversed' : ''}`.trim();
  return `  ${one.business_date} ${one.currency} ${one.product.padEnd(10)} ${what.padEnd(24)} ${one.number.padStart(8)} ${amount(one.amount_minor, one.currency).padStart(18)}`;
}

function exchangeLine(one: Exchange): string {
  const code = one.action_code === null ? 'not answered' : `answered ${one.action_code}`;
  return `  ${one.business_date} ${one.currency} ${one.kind} ${one.number}: ${one.state}, ${code}, sent ${one.tries} times`;
}

function caseLine(one: CaseLine): string {
  const end =
    one.state === 'open'
      ? `open, ${one.owner} until ${one.deadline}, details ${one.details}`
      : `closed by ${one.closedBy} (${one.resolution}): ${one.reason}`;
  return `${one.id} ${one.link} ${one.businessDate} ${one.currency} ${end}`;
}

/** One case and the very transactions that differ. */
export function caseText(one: CaseLine, items: readonly ItemLine[]): string {
  const found =
    one.details === 'compared'
      ? items.map((item) => itemLine(item, one.currency))
      : [`  not compared yet: bring the counterpart's transactions with "details ${one.id} --file FILE"`];
  const agree = one.details === 'compared' && items.length === 0 ? ['  every transaction agrees now'] : [];
  return [caseLine(one), ...found, ...agree].join('\n');
}

function itemLine(item: ItemLine, currency: string): string {
  const ours = item.oursMinor === null ? '-' : amount(String(item.oursMinor), currency);
  const theirs = item.theirsMinor === null ? '-' : amount(String(item.theirsMinor), currency);
  const place = `rrn ${item.rrn} at ${item.localTime} terminal ${item.terminal ?? '-'}`;
  return `  ${item.class.padEnd(13)} ${place} ours ${ours} theirs ${theirs} attempt ${item.attemptId ?? '-'}: ${item.note}`;
}

/** Yen has no decimals: its figure is yen. Others are shown in minor units. */
export function amount(minor: string, currency: string): string {
  return currency === 'JPY' ? `¥${minor}` : `${minor} ${currency} minor`;
}

export interface StreamLine {
  /** Null: a card company's, in force for every merchant. */
  readonly tenantId: string | null;
  readonly link: string;
  readonly file: string;
  readonly lastNumber: number;
  readonly isStale: boolean;
  readonly changedAt: string;
  readonly cards: number;
}

const HOUR_MS = 3_600_000;

/** Files of blocked cards, with their age. */
export function negativeLines(streams: readonly StreamLine[], now: Date): string {
  if (streams.length === 0) return 'nobody has sent a list of blocked cards';
  return streams
    .map((one) => {
      const hours = Math.floor((now.getTime() - Date.parse(one.changedAt)) / HOUR_MS);
      const gap = one.isStale
        ? `, A NUMBER IS MISSING after ${one.lastNumber}: ask the counterpart to send it again`
        : '';
      const whose = one.tenantId === null ? 'for everybody' : `for merchant ${one.tenantId} alone`;
      return `${one.link} ${one.file} ${whose}: ${one.cards} cards, last number ${one.lastNumber}, changed ${hours} h ago${gap}`;
    })
    .join('\n');
}
