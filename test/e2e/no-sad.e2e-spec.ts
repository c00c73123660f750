import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EnvelopeOpener, SoftwareHsm } from '@tsunagu/hsm';
import { TEST_CARDS, type TestCard } from '@tsunagu/simulator';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panPatterns, type PanPattern } from '../../tools/pan-scan/pan-forms.js';
import { scanDatabase } from '../../tools/pan-scan/scan-database.js';
import { scanFolders } from '../../tools/pan-scan/scan-files.js';
import { ScanReport } from '../../tools/pan-scan/scan-report.js';
import { start, type House } from '../../tools/supervisor.mjs';
import { CardReader } from '../../tools/till/card-reader.js';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';

const START_MS = 180_000;
const TEST_MS = 60_000;
/** A published number with digits that a scan can tell from padding, and discretionary data that stand nowhere else. */
const CARD: TestCard = {
  ...TEST_CARDS['unionpay']!,
  pan: '6250941006528599',
  track2: '6250941006528599D30122207618293405',
};
const PIN = '739154';
/** What would open the account to whoever has it, in the clear, by its name in a finding. */
const CLEAR: Readonly<Record<string, Buffer>> = {
  track2: Buffer.from(CARD.track2.replace('D', '=')),
  'track2 of a chip': Buffer.from(CARD.track2),
  'track2 packed': Buffer.from(`${CARD.track2}F`.slice(0, CARD.track2.length & ~1), 'hex'),
  'discretionary data': Buffer.from(CARD.track2.slice(-10)),
  'PIN field of format 4': Buffer.from(`46${PIN}AAAAAAAA`, 'hex'),
  'PIN block of format 0': clearPinBlock(),
};

describe('sensitive authentication data at rest', () => {
  const dataDir = mkdtempSync(join('/tmp', `tsunagu-e2e-${process.pid}-`));
  /** PIN blocks and ciphertexts as the reader sent them: not to be kept either. */
  const sent: Record<string, Buffer> = {};
  let house: House;
  let admin: pg.Client;
  let terminal: SandboxTerminal;
  let counter = 1;

  beforeAll(async () => {
    chmodSync(dataDir, 0o755); // else the database of a root's run would live outside, and stay there
    house = await start({ dataDir, ports: { api: 0 } });
    admin = new pg.Client({ connectionString: house.databaseUrl() });
    await admin.connect();
    terminal = house.sandbox.tenants[0]!.stores[0]!.terminals.find(({ scheme }) => scheme === 'AES-DUKPT')!;
  }, START_MS);
  afterAll(async () => {
    await admin.end();
    await house.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, START_MS);

  async function pay(waitSeconds: number): Promise<Record<string, unknown>> {
    const amountMinor = 1_500;
    const presented = { card: CARD, entry: 'chip', amountMinor, pin: PIN } as const;
    const { cardPresent, nextCounter } = new CardReader(terminal).present(counter, presented);
    sent[`PIN block of counter ${counter}`] = Buffer.from(cardPresent.pin_block!.data, 'hex');
    sent[`ciphertext of counter ${counter}`] = Buffer.from(cardPresent.ciphertext, 'hex');
    counter = nextCounter;
    const body = {
      client_reference: randomUUID(),
      terminal_id: terminal.id,
      kind: 'sale',
      money: { amount: amountMinor, currency: 'JPY' },
      card_present: cardPresent,
    };
    const reply = await fetch(`${house.urls.api}/v1/payments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${terminal.api_key}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        prefer: `wait=${waitSeconds}`,
      },
      body: JSON.stringify(body),
    });
    return (await reply.json()) as Record<string, unknown>;
  }

  /** Every table of every schema, the queue's too, and every file: logs, write-ahead log, the issuers' books. */
  async function findings(): Promise<string[]> {
    await admin.query('checkpoint');
    const report = new ScanReport([...patternsOf({ ...CLEAR, ...sent }), ...panPatterns([CARD.pan])]);
    await scanDatabase(report, house.databaseUrl());
    await scanFolders(report, [dataDir, ...(house.postgresDir === undefined ? [] : [house.postgresDir])]);
    for (const medium of ['database', 'queue', 'logs', 'wal']) expect(report.bytes[medium], medium).toBeGreaterThan(0);
    return report.hits.map(({ medium, place, form }) => `${medium}: ${place} (${form})`);
  }

  it('is looked for in forms that a scan finds', () => {
    for (const [name, bytes] of Object.entries(CLEAR)) {
      for (const form of [bytes, bytes.toString('hex'), bytes.toString('base64')]) {
        const report = new ScanReport(patternsOf({ [name]: bytes }));
        report.value(
          'planted',
          name,
          Buffer.concat([Buffer.from('before '), Buffer.from(form), Buffer.from(' after')]),
        );
        expect(report.hitCount, name).toBeGreaterThan(0);
      }
    }
  });

  it(
    '[CC-01] is nowhere when a payment is done: no table, no queue, no log, no write-ahead log [C2]',
    async () => {
      expect(await pay(25)).toMatchObject({ status: 'captured', final: true });
      expect(await findings()).toEqual([]);
      const kept = await admin.query(`select 1 from gateway.attempt where envelope_sad is not null`);
      expect(kept.rows).toEqual([]);
    },
    TEST_MS,
  );

  it(
    '[CC-02] is sealed while a payment waits, stands in no job, and is dead with its key [C2]',
    async () => {
      const worker = house.pids.worker!;
      process.kill(worker, 'SIGSTOP');
      try {
        await pay(0);
        const [row] = (
          await admin.query<{ tenant_id: string; sad: `sad.${string}`; account: `account.${string}` }>(
            `select tenant_id, envelope_sad as sad, envelope_account as account from gateway.attempt where status = 'created'`,
          )
        ).rows;
        expect(await rowsWith('sad.')).toEqual(['gateway.attempt']);
        expect(await findings()).toEqual([]);
        const dead = await destroyed(row!);
        expect(dead).toEqual({ before: CARD.track2.replace('D', '='), after: 'expired' });
      } finally {
        process.kill(worker, 'SIGCONT');
      }
    },
    TEST_MS,
  );

  /** Tables that hold a sealed part of this name anywhere in a row. */
  async function rowsWith(part: string): Promise<string[]> {
    const tables = await admin.query<{ name: string }>(
      `select format('%I.%I', n.nspname, p.relname) as name from pg_class p join pg_namespace n on n.oid = p.relnamespace
        where p.relkind in ('r', 'p') and not p.relispartition and n.nspname in ('gateway', 'switch', 'vault', 'bullmq')`,
    );
    const found: string[] = [];
    for (const { name } of tables.rows) {
      const rows = await admin.query(`select 1 from ${name} as t where to_jsonb(t)::text like $1 limit 1`, [
        `%"${part}%`,
      ]);
      if (rows.rows.length > 0) found.push(name);
    }
    return found;
  }

  /** Open the row as the switch would, destroy the key of its epoch, and try again as a switch that starts. */
  async function destroyed(row: {
    tenant_id: string;
    sad: `sad.${string}`;
  }): Promise<{ before: string; after: string }> {
    const common = { directory: join(dataDir, 'hsm'), mode: 'sandbox', warn: () => undefined } as const;
    const open = async (): Promise<string> => {
      const hsm = await SoftwareHsm.open({ ...common, partition: 'switch' });
      try {
        const sad = await new EnvelopeOpener(hsm).openSad(row.tenant_id, row.sad);
        return sad.track2!.reveal().toString('latin1');
      } catch (error) {
        return (error as { reason: string }).reason;
      } finally {
        hsm.close();
      }
    };
    const before = await open();
    const epoch = Buffer.from(row.sad.slice('sad.'.length), 'base64').readUInt32BE(1);
    const vault = await SoftwareHsm.open({ ...common, partition: 'vault' });
    await vault.destroyKey({ provider: vault.name, id: `envelope-sad-${epoch}` });
    vault.close();
    return { before, after: await open() };
  }
});

/** As bytes, and as a text of them: hex in both cases, base64 at each of its three places. */
function patternsOf(secrets: Readonly<Record<string, Buffer>>): PanPattern[] {
  const forms = (bytes: Buffer): [string, Buffer][] => [
    ['bytes', bytes],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
    ...[0, 1, 2].map((offset): [string, Buffer] => [`base64-${offset}`, base64Core(bytes, offset)]),
  ];
  const named = Object.entries(secrets).flatMap(([name, bytes]) =>
    forms(bytes).map(([form, found]) => ({ label: `${name}/${form}`, bytes: found })),
  );
  const distinct = new Map(named.map((pattern) => [pattern.bytes.toString('latin1'), pattern]));
  return [...distinct.values()];
}

/** The characters that these bytes give wherever they stand in a longer text. */
function base64Core(bytes: Buffer, offset: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  return Buffer.from(text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)));
}

function clearPinBlock(): Buffer {
  const pin = Buffer.from(`06${PIN}`.padEnd(16, 'F'), 'hex');
  const pan = Buffer.from(`0000${CARD.pan.slice(-13, -1)}`, 'hex');
  return Buffer.from(pin.map((byte, at) => byte ^ pan[at]!));
}
