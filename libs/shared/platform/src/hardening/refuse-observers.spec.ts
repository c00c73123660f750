import { describe, expect, it } from 'vitest';
import { leavesCoreDumps, observingOption } from './refuse-observers.js';

describe('whoever could look into a process with cards', () => {
  it.each([
    [['--inspect'], ''],
    [['--inspect-brk=0.0.0.0:9229'], ''],
    [[], '--enable-source-maps --heapsnapshot-signal=SIGUSR2'],
    [['--heapsnapshot-near-heap-limit=2'], ''],
    [['--report-on-signal'], ''],
    [['--abort-on-uncaught-exception'], ''],
    [['--require', './agent.js'], ''],
    [['-r', './agent.js'], ''],
    [[], '--import=./agent.mjs'],
  ])('is found by %j %s [C9]', (execArgv, nodeOptions) => {
    expect(observingOption(execArgv, nodeOptions)).toMatch(/^-/);
  });

  it('is told by the option alone, without its value', () => {
    expect(observingOption(['--import=/home/agent.mjs'], '')).toBe('--import');
  });

  it('lets ordinary options pass', () => {
    expect(observingOption(['--enable-source-maps', '--max-old-space-size=512'], '')).toBeUndefined();
  });

  it.each([
    ['0                    unlimited            bytes', false],
    ['unlimited            unlimited            bytes', true],
    ['4096                 4096                 bytes', true],
  ])('reads the limit of core dumps: %s', (values, isOn) => {
    const head = 'Limit                     Soft Limit           Hard Limit           Units\n';
    expect(leavesCoreDumps(`${head}Max core file size        ${values}\nMax resident set  1 1 bytes`)).toBe(isOn);
  });
});
