import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { panPatterns } from './pan-forms.js';
import { canReadMemory, scanMemory, writableRegions } from './scan-memory.js';
import { ScanReport } from './scan-report.js';

const PAN = '4761739001010119';

/** Runs a script that keeps what it makes, and reads its memory. */
async function formsIn(script: string): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ['-e', `${script}; process.stdout.write('ready'); setInterval(() => kept, 1000)`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    await once(child.stdout, 'data');
    const report = new ScanReport(panPatterns([PAN]));
    await scanMemory(report, child.pid!, 'kept');
    expect(report.bytes['process memory']).toBeGreaterThan(1_000_000);
    return [...report.formsHit].map((form) => form.split('/')[1]!);
  } finally {
    child.kill('SIGKILL');
  }
}

const reversed = [...PAN].reverse().join('');

describe.runIf(canReadMemory())('the memory of a running process', () => {
  it('shows a number that stands in a buffer', async () => {
    const script = `const kept = Buffer.alloc(100_000); kept.write([...'${reversed}'].reverse().join(''), 50_000)`;
    expect(await formsIn(script)).toContain('plain');
  }, 30_000);

  it('shows a number that stands in a string', async () => {
    const script = `const kept = { pan: [...'${reversed}'].reverse().join('') }; kept[kept.pan] = 1`;
    expect(await formsIn(script)).toContain('plain');
  }, 30_000);

  it('shows no number where there is none', async () => {
    expect(await formsIn('const kept = 1')).toEqual([]);
  }, 30_000);
});

it('reads the list of what a process may write to', () => {
  const maps = [
    '55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0                          [heap]',
    '7f1200000000-7f1200021000 rw-p 00000000 00:00 0 ',
    '7f1300000000-7f1300021000 r-xp 00000000 08:01 123                        /usr/lib/libc.so.6',
  ].join('\n');
  expect(writableRegions(maps).map(({ label, start, end }) => [label, end - start])).toEqual([
    ['[heap]', 0x21000],
    ['heap', 0x21000],
  ]);
});
