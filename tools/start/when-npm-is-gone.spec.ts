import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const CHILD = `
  import { whenNpmIsGone } from './tools/start/when-npm-is-gone.mjs';
  whenNpmIsGone(() => { process.stdout.write('stopping'); process.exit(0); });
  process.stdout.write('up ');
  setTimeout(() => process.exit(0), 20_000);
`;
const PARENT = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: ['ignore', 'inherit', 'inherit'] });
  setTimeout(() => undefined, 30_000);
`;

describe('a start whose npm is killed', () => {
  it('stops the house, because npm hands no signal on', async () => {
    const npm = spawn(process.execPath, ['-e', PARENT, CHILD], {
      env: { ...process.env, npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const words = readAll(npm);
    await once(npm.stdout, 'data');
    npm.kill('SIGKILL');
    await expect(words).resolves.toBe('up stopping');
  });
});

/** Everything written until the last holder of the pipe is gone. */
async function readAll(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(child, 'close');
  return text;
}
