import { AppError } from '@tsunagu/kernel';
import { reconciliationOf, type LinkConfig } from '@tsunagu/links';
import { DetailSource, type PeerTransaction, type ReconciliationKey } from '@tsunagu/switching';

const PAGE = 500;
const TIMEOUT_MS = 20_000;

/** The peer's transactions cannot be read now. */
export class DetailsUnavailableError extends AppError {
  readonly code = 'details_unavailable';
  readonly category = 'internal';

  constructor(link: string, rule: string) {
    super("the counterpart's transactions cannot be read", { link, rule });
  }
}

/** One line of the book, as the address gives it. Only approved movements count. */
interface BookLine {
  readonly link: string;
  readonly rrn: string;
  readonly localTime: string;
  readonly terminal: string;
  readonly kind: string;
  readonly state: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly approvedMinor?: number;
  readonly businessDate: string;
  readonly reversedDate?: string | null;
  readonly reversedAt: string | null;
}

const CLASS_OF: Readonly<Record<string, PeerTransaction['class']>> = {
  auth: 'authorization',
  refund: 'credit',
  cancel: 'credit',
};

/** The book of a counterpart behind the address of the links file, page by page; the simulated issuers have one. */
export class HttpDetailSource extends DetailSource {
  readonly #urls: ReadonlyMap<string, string>;

  constructor(links: readonly LinkConfig[]) {
    super();
    const known = links.map((link): [string, string | null] => [link.name, reconciliationOf(link).detailsUrl]);
    this.#urls = new Map(known.filter((entry): entry is [string, string] => entry[1] !== null));
  }

  override pages(key: ReconciliationKey): AsyncIterable<readonly PeerTransaction[]> | undefined {
    const url = this.#urls.get(key.link);
    return url === undefined ? undefined : this.#read(url, key);
  }

  async *#read(url: string, key: ReconciliationKey): AsyncIterable<readonly PeerTransaction[]> {
    const wireDate = key.businessDate.replaceAll('-', '').slice(2);
    let cursor: number | null = 0;
    while (cursor !== null) {
      const place: string = `${url}?link=${encodeURIComponent(key.link)}&limit=${PAGE}&cursor=${cursor}`;
      const page = await readPage(place, key.link);
      yield page.authorizations
        .filter((line) => line.link === key.link && line.currency === key.currency && line.state !== 'declined')
        .filter((line) => line.businessDate === wireDate || reversedOn(line) === wireDate)
        .map(transactionOf);
      cursor = page.next_cursor;
    }
  }
}

async function readPage(
  url: string,
  link: string,
): Promise<{ authorizations: readonly BookLine[]; next_cursor: number | null }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { connection: 'close' } });
    if (answer.status !== 200) throw new DetailsUnavailableError(link, 'status');
    return (await answer.json()) as { authorizations: readonly BookLine[]; next_cursor: number | null };
  } catch (error) {
    if (error instanceof DetailsUnavailableError) throw error;
    throw new DetailsUnavailableError(link, 'unreachable');
  }
}

function transactionOf(line: BookLine): PeerTransaction {
  const reversedDate = reversedOn(line);
  return {
    rrn: line.rrn,
    localTime: line.localTime,
    class: CLASS_OF[line.kind] ?? 'debit',
    terminal: line.terminal,
    amountMinor: line.approvedMinor ?? line.amountMinor,
    businessDate: dateOf(line.businessDate),
    reversalDate: reversedDate === null ? null : dateOf(reversedDate),
  };
}

/** YYMMDD of the reversal; an older book has only its instant. */
function reversedOn({ reversedDate, reversedAt }: BookLine): string | null {
  if (reversedDate !== undefined || reversedAt === null) return reversedDate ?? null;
  const japan = new Date(Date.parse(reversedAt) + 9 * 3_600_000);
  return japan.toISOString().slice(2, 10).replaceAll('-', '');
}

function dateOf(digits: string): string {
  return `20${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4, 6)}`;
}
