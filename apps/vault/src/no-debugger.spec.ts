import { describe, expect, it } from 'vitest';
import { debuggingOption } from './no-debugger.js';

describe('debuggers at the vault', () => {
  it.each([
    [['--inspect'], ''],
    [['--inspect-brk=0.0.0.0:9229'], ''],
    [[], '--enable-source-maps --heapsnapshot-signal=SIGUSR2'],
  ])('finds %j %s [C9]', (execArgv, nodeOptions) => {
    expect(debuggingOption(execArgv, nodeOptions)).toBeDefined();
  });

  it('lets ordinary options pass', () => {
    expect(debuggingOption(['--enable-source-maps', '--max-old-space-size=512'], '')).toBeUndefined();
  });
});
