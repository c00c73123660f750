import { SystemClock } from '@tsunagu/kernel';
import { AppConfig, AppLogger, Metrics } from '@tsunagu/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeviceWatch } from './device-watch.js';

class SpecClock extends SystemClock {
  atMs = 0;
  override monotonicMs(): number {
    return this.atMs;
  }
}

describe('monitoring of decryptions, device by device [C14, CC-21]', () => {
  let clock: SpecClock;
  let metrics: Metrics;
  let lines: string[];
  let watch: DeviceWatch;
  beforeEach(() => {
    [clock, metrics, lines] = [new SpecClock(), new Metrics(), []];
    watch = new DeviceWatch(
      metrics,
      new AppLogger(AppConfig.fromEnv('vault', {}), (line) => void lines.push(line)),
      clock,
    );
  });
  const alarms = async (kind: string): Promise<number> => {
    const found = new RegExp(`^tsunagu_vault_device_alarms_total\\{kind="${kind}"\\} (\\d+)`, 'm').exec(
      (await metrics.page()).text,
    );
    return Number(found?.[1] ?? 0);
  };
  const see = (device: string, times: number, isFailure = false) => {
    for (let i = 0; i < times; i += 1) watch.saw(device, isFailure);
  };

  it('tells a device with more than 300 cards in five minutes, once', async () => {
    see('d-1', 300);
    expect(await alarms('volume')).toBe(0);
    see('d-1', 50);
    expect(await alarms('volume')).toBe(1);
    expect(lines.join()).toContain('d-1');
    clock.atMs = 5 * 60_000;
    see('d-1', 300);
    expect(await alarms('volume')).toBe(1);
  });

  it('tells a device that fails too often, and not a misread now and then', async () => {
    see('d-2', 100);
    see('d-2', 20, true);
    expect(await alarms('failures')).toBe(0);
    see('d-3', 4, true);
    expect(await alarms('failures')).toBe(0);
    see('d-3', 1, true);
    expect(await alarms('failures')).toBe(1);
  });

  it('keeps devices apart', async () => {
    for (let i = 0; i < 1_000; i += 1) see(`many-${i}`, 4, true);
    expect(await alarms('failures')).toBe(0);
  });
});
