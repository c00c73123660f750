import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HqDesk, HqListener, HqLog, PostgresHqRegister, parseHqBook, type HqPorts } from '@tsunagu/acceptor';
import { Secret, SystemClock, newId } from '@tsunagu/kernel';
import { AppConfig, AppLogger, MoneyPool, Transactions } from '@tsunagu/platform';
import { HqLine, networkMessage } from '@tsunagu/simulator';
import { testDatabase, type TestDatabase } from '../kit/database.js';
import { TestAuthority, type IssuedFiles } from '../kit/test-authority.js';

class Heard extends HqLog {
  readonly alarms: string[] = [];

  override note(): void {}

  override alarm(message: string): void {
    this.alarms.push(message);
  }

  override answered(): void {}
}

const INSTITUTION = { institution: '88001234567' };
const log = new Heard();
let authority: TestAuthority;
let merchant: IssuedFiles;
let listener: HqListener;
let db: TestDatabase;
let pool: MoneyPool;

function fingerprint({ certFile }: IssuedFiles): string {
  return createHash('sha256')
    .update(new X509Certificate(readFileSync(certFile)).raw)
    .digest('hex')
    .toUpperCase();
}

beforeAll(async () => {
  authority = new TestAuthority();
  merchant = authority.issue({ names: 'DNS:hq.merchant.example', usage: 'clientAuth' });
  const server = authority.issue({ names: 'DNS:localhost', usage: 'serverAuth' });
  db = await testDatabase();
  pool = new MoneyPool(new Secret(db.url('switch')), new AppLogger(AppConfig.fromEnv('switch', {}), () => undefined), {
    max: 2,
  });
  const link = {
    name: 'hq-tls',
    tenantId: newId(new Date()),
    ...INSTITUTION,
    cards: ['dukpt'],
    rights: ['sale'],
    terminals: [],
    certificates: [fingerprint(merchant)],
  };
  const tls = { ...server, caFile: authority.caFile };
  const book = parseHqBook({ version: 'spec', listeners: [{ host: '127.0.0.1', port: 0, tls }], links: [link] });
  const register = new PostgresHqRegister(new Transactions(pool));
  const ports = { register, clock: new SystemClock(), log, owner: 'spec' } as unknown as HqPorts;
  const desks = new Map(book.contracts.map((contract) => [contract.name, new HqDesk(contract, ports)]));
  listener = new HqListener(book.listeners[0]!, () => desks, ports);
  await listener.listen();
}, 60_000);
afterAll(async () => {
  await listener.stop();
  await pool.onApplicationShutdown();
  await db.drop();
  authority.remove();
});

/** A server at our door, with a certificate or without one. */
function knock(files: IssuedFiles | undefined, from = authority, maxVersion?: 'TLSv1.2'): Promise<HqLine> {
  const own = files && { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
  const tls = { ca: readFileSync(from.caFile), servername: 'localhost', maxVersion, ...own };
  return HqLine.connect({ host: '127.0.0.1', port: listener.port, tls });
}

/** Whether it may sign on: with TLS 1.3 a refused client learns it only when it first reads. */
async function signsOn(line: HqLine): Promise<string | undefined> {
  try {
    const names = { stan: '000001', localTime: '261123120000' };
    return (await line.ask(networkMessage('801', INSTITUTION, names), 5_000)).text(39);
  } catch {
    return undefined;
  } finally {
    line.close();
  }
}

describe('a line with TLS', { timeout: 30_000 }, () => {
  it('belongs to the merchant whose certificate its contract names', async () => {
    expect(await signsOn(await knock(merchant))).toBe('800');
  });

  it('knows nobody by a good chain alone', async () => {
    const stranger = authority.issue({ names: 'DNS:other.example', usage: 'clientAuth' });
    expect(await signsOn(await knock(stranger))).toBeUndefined();
    expect(log.alarms).toContain('a stranger at the line was refused');
  });

  it('is closed to no certificate, another authority, one that has ended, and old versions of TLS', async () => {
    const elsewhere = new TestAuthority('somebody else');
    const foreign = elsewhere.issue({ names: 'DNS:hq.merchant.example', usage: 'clientAuth' });
    const ended = authority.issue({ names: 'DNS:hq.merchant.example', usage: 'clientAuth', endsInDays: -1 });
    for (const files of [undefined, foreign, ended]) expect(await signsOn(await knock(files))).toBeUndefined();
    await expect(knock(merchant, authority, 'TLSv1.2')).rejects.toThrow();
    elsewhere.remove();
  });
});
