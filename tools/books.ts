import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verifyBooks, type BooksReport } from '@tsunagu/payments';
import { verifyTotals, type TotalsReport } from './reconcile/verify-totals.js';
import type * as Postgres from './postgres.mjs';
import type * as Roles from './postgres/role-url.mjs';

const USAGE = `npm run books -- verify [--json] [--data DIR] [--ledger URL]
  Proves the books: debits = credits, counters = postings, totals of links = journal, and ours = the issuers' (difference in yen, and what differs).
  --data    folder of the sandbox, default .tsunagu
  --ledger  the issuers' ledger, default that of the running sandbox
  BOOKS_URL in the environment names another database: a login that owns the tables.
Exit code: 0 agrees, 1 differs, 2 cannot be read.`;

const DATABASE = 'tsunagu';

interface SandboxFile {
  readonly issuer_ledger?: string;
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** Where the books are, and how to let go of them. */
interface Books {
  readonly ownerUrl: string;
  close(): Promise<void>;
}

/** The named database, or that of the sandbox: its server is started for the moment when it is not running. */
async function openBooks(dataDir: string): Promise<Books> {
  const named = process.env['BOOKS_URL'];
  if (named !== undefined) return { ownerUrl: named, close: () => Promise.resolve() };
  // Not bundled: these find the server's files by their own place.
  const load = <T>(file: string) => import(pathToFileURL(join(process.cwd(), 'tools', file)).href) as Promise<T>;
  const { startPostgres } = await load<typeof Postgres>('postgres.mjs');
  const { roleUrl } = await load<typeof Roles>('postgres/role-url.mjs');
  const server = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  const close = () => (server.owned ? server.stop() : Promise.resolve());
  return { ownerUrl: roleUrl(server.url('postgres', DATABASE), 'tsunagu_owner'), close };
}

async function main(): Promise<number> {
  if (process.argv[2] !== 'verify') {
    console.log(USAGE);
    return process.argv.includes('--help') ? 0 : 2;
  }
  const dataDir = resolve(option('data') ?? '.tsunagu');
  const sandboxFile = join(dataDir, 'sandbox.json');
  if (process.env['BOOKS_URL'] === undefined && !existsSync(sandboxFile)) {
    console.error('there are no books yet: start the sandbox with npm start, or set BOOKS_URL');
    return 2;
  }
  const sandbox = existsSync(sandboxFile) ? (JSON.parse(readFileSync(sandboxFile, 'utf8')) as SandboxFile) : {};
  const books = await openBooks(dataDir);
  try {
    const report = await verifyBooks({
      ownerUrl: books.ownerUrl,
      ledgerUrl: option('ledger') ?? sandbox.issuer_ledger,
    });
    const totals = await verifyTotals(books.ownerUrl);
    const agrees = report.agrees && totals.differences.length === 0;
    const text = `${describeTotals(totals)}\n${describe(report)}`;
    console.log(process.argv.includes('--json') ? JSON.stringify({ ...report, agrees, totals }) : text);
    return agrees ? 0 : 1;
  } finally {
    await books.close();
  }
}

function describeTotals({ counters, differences }: TotalsReport): string {
  const isRight = differences.length === 0;
  return [
    `totals of links = journal  ${isRight ? `yes, ${counters} counters` : `NO, ${differences.length} of ${counters} differ`}`,
    ...differences.map(
      (one) =>
        `  ${one.link} ${one.businessDate} ${one.currency} ${one.counter}: counted ${one.counted}, journalled ${one.journalled}`,
    ),
  ].join('\n');
}

function describe(report: BooksReport): string {
  const { payments, postings, imbalances, counters, issuers } = report;
  const lines = [
    `${payments} payments, ${postings} postings`,
    `debits = credits   ${imbalances.length === 0 ? 'yes' : `NO, ${imbalances.length} days differ`}`,
    `counters = postings ${counters.length === 0 ? 'yes' : `NO, ${counters.length} payments differ`}`,
    issuers === null ? "issuers' ledgers    not asked" : comparison(issuers),
    ...imbalances.map(
      (one) => `  day ${one.businessDate} of tenant ${one.tenantId}: ${one.differenceMinor} ${one.currency}`,
    ),
    ...counters.map((one) => `  counters of payment ${one.paymentId}: ${countersOf(one)}`),
    ...(issuers?.differences ?? []).map(difference),
  ];
  const unnamed = issuers === null ? 0 : issuers.differenceCount - issuers.differences.length;
  if (unnamed > 0) lines.push(`  and ${unnamed} more`);
  lines.push(report.agrees ? 'the books agree' : 'THE BOOKS DIFFER');
  return lines.join('\n');
}

type Comparison = NonNullable<BooksReport['issuers']>;

function comparison({ differenceMinor, compared, entries, open }: Comparison): string {
  return `ours = issuers'    difference ${amounts(differenceMinor)}, ${compared} movements, ${entries} lines of issuers, ${open} open`;
}

function difference(one: Comparison['differences'][number]): string {
  const whose = `${one.kind} ${one.reference ?? 'without reference'}`;
  return `  ${one.what.padEnd(13)} ${whose} ours ${one.oursMinor} issuer ${one.issuersMinor} ${one.currency} payment ${one.paymentId ?? '-'}`;
}

/** Minor units by currency; yen has no decimals, so its figure is yen. */
function amounts(byCurrency: Readonly<Record<string, string>>): string {
  const texts = Object.entries(byCurrency).map(([currency, minor]) =>
    currency === 'JPY' ? `¥${minor}` : `${minor} ${currency} (minor units)`,
  );
  return texts.length === 0 ? '¥0' : texts.join(' + ');
}

function countersOf(one: BooksReport['counters'][number]): string {
  const pairs = [
    ['captured', one.capturedByCounters, one.capturedByPostings],
    ['refunded', one.refundedByCounters, one.refundedByPostings],
    ['held', one.holdByCounters, one.holdByPostings],
  ] as const;
  const wrong = pairs.filter(([, counted, booked]) => counted !== booked);
  return wrong.map(([what, counted, booked]) => `${what} ${counted}, booked ${booked} ${one.currency}`).join(', ');
}

main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : 'the books cannot be read');
    process.exitCode = 2;
  },
);
