import { fork, type ChildProcess } from 'node:child_process';
import { BarePipeline, type BareOptions } from '../../test/load/bare-pipeline.js';

const MARK = 'TSUNAGU_BARE_PIPELINE';

/** The bare pipeline in a process of its own: this very bundle, started with a mark in its environment. */
export class BareProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  get pid(): number | undefined {
    return this.child.pid;
  }

  static async start(options: BareOptions): Promise<BareProcess> {
    const child = fork(process.argv[1]!, [], { env: { ...process.env, [MARK]: JSON.stringify(options) } });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve(message as string));
      child.once('exit', () => reject(new Error('the bare pipeline did not start')));
    });
    return new BareProcess(url, child);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }
}

/** @returns true when this process is the bare pipeline, and now serves */
export async function serveIfMarked(): Promise<boolean> {
  const marked = process.env[MARK];
  if (marked === undefined) return false;
  const pipeline = new BarePipeline(JSON.parse(marked) as BareOptions);
  const url = await pipeline.start();
  const end = () => void pipeline.stop().finally(() => process.exit(0));
  process.on('SIGTERM', end);
  process.on('disconnect', end);
  process.send?.(url);
  return true;
}
