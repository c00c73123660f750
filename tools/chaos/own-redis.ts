import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const RESTART_MS = 200;

/** A Redis of this run alone, without persistence: killing it loses everything, which must lose nothing. */
export class OwnRedis {
  #child: ChildProcess | undefined;
  #isStopping = false;
  restarts = 0;

  private constructor(
    private readonly dir: string,
    private readonly port: number,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** @throws Error this machine has no redis-server */
  static async start(dir: string): Promise<OwnRedis> {
    if (spawnSync('redis-server', ['--version']).status !== 0) {
      throw new Error(
        '--queue redis needs the program redis-server on the PATH (Debian: apt-get install redis-server)',
      );
    }
    const redis = new OwnRedis(dir, await freePort());
    redis.#launch();
    await redis.#listening();
    return redis;
  }

  async kill9(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.kill9();
  }

  #launch(): void {
    const options = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.dir,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', [...options, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
    this.#child = child;
    child.once('exit', () => {
      if (this.#isStopping) return;
      this.restarts += 1;
      setTimeout(() => this.#isStopping || this.#launch(), RESTART_MS);
    });
  }

  async #listening(): Promise<void> {
    const { Redis } = await import('ioredis');
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    for (let round = 0; round < 100; round += 1) {
      try {
        await client.connect();
        client.disconnect();
        return;
      } catch {
        await sleep(50); // it is still starting
      }
    }
    throw new Error('redis-server did not start');
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
