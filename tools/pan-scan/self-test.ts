import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { PUBLISHED_TEST_PANS, panPatterns } from './pan-forms.js';
import { embeddedPostgres, scanEverything } from './scan-everything.js';
import { canReadMemory } from './scan-memory.js';
import { ScanReport } from './scan-report.js';

const MEDIA = [
  'logs',
  'sandbox files',
  'core dump',
  'database',
  'queue',
  'wal',
  'data folder',
  ...(canReadMemory() ? ['process memory'] : []),
];

export interface SelfTestResult {
  readonly ok: boolean;
  /** Media in which the planted numbers were not found. */
  readonly blindMedia: string[];
  /** Forms that were planted and not found, as `first6…last4/form`. */
  readonly blindForms: string[];
}

/** Plant every form of every number in every medium of a throw-away sandbox; a scanner that misses one is blind there. */
export async function selfTest(root: string, redisUrl?: string): Promise<SelfTestResult> {
  await mkdir(join(root, '.tsunagu'), { recursive: true });
  const folder = await mkdtemp(join(root, '.tsunagu', 'pan-plant-'));
  const holder = await plantInMemory();
  const removeKey = redisUrl ? await plantInRedis(redisUrl) : undefined;
  try {
    await plantInFiles(folder);
    await plantInDatabase(root, join(folder, 'postgres'));
    const report = new ScanReport();
    await scanEverything(report, {
      root: folder,
      tools: join(root, 'tools'),
      folders: [folder],
      databaseUrls: [],
      redisUrl,
      pids: canReadMemory() ? [holder.pid!] : [],
    });
    return judge(report);
  } finally {
    holder.kill('SIGKILL');
    await removeKey?.();
    await (await embeddedPostgres(join(root, 'tools'))).removePostgresData(join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(report: ScanReport): SelfTestResult {
  const seenMedia = new Set(report.mediaHit);
  const blindMedia = MEDIA.filter((medium) => !seenMedia.has(medium));
  const blindForms = panPatterns()
    .map((pattern) => pattern.label)
    .filter((label) => !report.formsHit.has(label));
  return { ok: blindMedia.length === 0 && blindForms.length === 0, blindMedia: [...blindMedia], blindForms };
}

async function plantInFiles(folder: string): Promise<void> {
  await mkdir(join(folder, 'logs'));
  const forms = panPatterns().map((pattern) =>
    Buffer.concat([Buffer.from('noise '), pattern.bytes, Buffer.from(' noise\n')]),
  );
  await writeFile(join(folder, 'logs', 'api.log'), `{"message":"declined ${PUBLISHED_TEST_PANS[0]}"}\n`);
  await writeFile(join(folder, 'state.bin'), Buffer.concat(forms));
  await writeFile(join(folder, 'core.4711'), Buffer.from(PUBLISHED_TEST_PANS[1]!, 'utf16le'));
}

async function plantInDatabase(root: string, dataDir: string): Promise<void> {
  const { startPostgres } = await embeddedPostgres(join(root, 'tools'));
  const server = await startPostgres({ dataDir });
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    await client.query(`create schema plant; create schema bullmq;
      create table plant.note (id int, words text, facts jsonb, bytes bytea, list text[]); create table bullmq.job (data jsonb)`);
    const pan = PUBLISHED_TEST_PANS[2]!;
    await client.query(`insert into plant.note values (1, $1, $2, $3, $4)`, [
      pan,
      { note: pan },
      Buffer.from(pan, 'hex'),
      [pan],
    ]);
    await client.query(`insert into bullmq.job values ($1)`, [{ card: pan }]);
    await client.query('checkpoint');
  } finally {
    await client.end();
    await server.stop();
  }
}

/** A process that once read a number and does nothing with it. */
async function plantInMemory(): Promise<ChildProcess> {
  const script = `globalThis.kept = Buffer.from(process.env.PLANT, 'hex'); delete process.env.PLANT; process.stdout.write('ready'); setInterval(() => globalThis.kept, 1000)`;
  const env = { PATH: process.env['PATH'], PLANT: Buffer.from(PUBLISHED_TEST_PANS[4]!).toString('hex') };
  const child = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return child;
}

async function plantInRedis(url: string): Promise<() => Promise<void>> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  const key = `pan-plant-${process.pid}`;
  await redis.hset(key, 'data', PUBLISHED_TEST_PANS[3]!);
  return async () => {
    await redis.del(key);
    redis.disconnect();
  };
}
