import { AppConfig, AppLogger, Metrics } from '@tsunagu/platform';
import { describe, expect, it } from 'vitest';
import { IssuerOutages, OUTAGE_CODES } from './issuer-outages.js';
import { SwitchMetrics } from './switch-metrics.js';

const START = Date.parse('2026-11-22T03:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1_000);

/** Count a row of answers, one a second. @returns what changed, and when */
function told(outages: IssuerOutages, codes: readonly string[], from = 0): string[] {
  return codes.flatMap((code, second) => {
    const change = outages.count('acq visa', code, at(from + second));
    return change === undefined ? [] : [`${change} at ${from + second}`];
  });
}

const times = (count: number, ...codes: string[]): string[] =>
  Array.from({ length: count }, (_, index) => codes[index % codes.length] ?? '');

describe('an issuer that is away', () => {
  it('is found from the mix of its answers, once', () => {
    const outages = new IssuerOutages();
    expect(told(outages, times(30, '912', '000'))).toEqual(['began at 9']);
    expect(outages.open(at(30))).toEqual([{ issuer: 'acq visa', since: at(9), answers: 30, sharePercent: 50 }]);
  });

  it('is not one that refuses: declines for money, cards and PINs are no outage, however many', () => {
    expect(told(new IssuerOutages(), times(200, '116', '100', '208', '117', '906'))).toEqual([]);
  });

  it('needs more than a few answers, and half of them', () => {
    expect(told(new IssuerOutages(), times(9, '912'))).toEqual([]);
    expect(told(new IssuerOutages(), times(200, '912', '000', '000'))).toEqual([]);
  });

  it('is back when few of its answers say so, and does not flicker between the two shares', () => {
    const outages = new IssuerOutages();
    expect(told(outages, times(20, '907'))).toEqual(['began at 9']);
    expect(told(outages, times(60, '000'), 20)).toEqual([]); // 25 % of 80 still say "away"
    expect(told(outages, times(40, '000'), 80)).toEqual(['ended at 97']);
    expect(outages.open(at(120))).toEqual([]);
  });

  it('is forgotten when nothing was heard of it for a whole window', () => {
    const outages = new IssuerOutages();
    told(outages, times(20, '909'));
    expect(outages.open(at(200))).toHaveLength(1);
    expect(outages.open(at(20 + 301))).toEqual([]);
  });

  it('is watched by itself: another brand on the same link is not away', () => {
    const outages = new IssuerOutages();
    for (let second = 0; second < 40; second += 1) {
      outages.count('acq visa', '912', at(second));
      outages.count('acq mastercard', '000', at(second));
    }
    expect(outages.open(at(40)).map(({ issuer }) => issuer)).toEqual(['acq visa']);
  });

  it('knows the codes that shops see as G92, G95 and G99', () => {
    expect([...OUTAGE_CODES]).toEqual(['907', '909', '910', '911', '912', 'G92', 'G95', 'G99']);
  });
});

it('tells operators of an outage: an alarm when it begins, a line when it ends, a gauge meanwhile', async () => {
  const lines: string[] = [];
  const metrics = new Metrics();
  const config = AppConfig.fromEnv('switch', {});
  let now = at(0);
  const clock = { now: () => now };
  const log = new SwitchMetrics(metrics, new AppLogger(config, (line) => void lines.push(line)), clock);
  const answer = (actionCode: string, from: number, count: number, domesticCode?: string) => {
    for (let second = from; second < from + count; second += 1) {
      now = at(second);
      log.note('attempt answered', {
        attemptId: 'a',
        link: 'acq',
        brand: 'visa',
        actionCode,
        domesticCode,
        elapsedMs: 5,
      });
    }
  };
  answer('912', 0, 20);
  expect(lines.filter((line) => line.includes('issuer outage began'))).toHaveLength(1);
  expect((await metrics.page()).text).toContain('tsunagu_issuer_outage{issuer="acq visa"} 1');
  expect(log.outagesOf('acq')).toHaveLength(1);
  expect(log.outagesOf('jcb')).toEqual([]);
  answer('000', 20, 100);
  expect(lines.filter((line) => line.includes('issuer outage ended'))).toHaveLength(1);
  expect((await metrics.page()).text).toContain('tsunagu_issuer_outage{issuer="acq visa"} 0');
  answer('100', 500, 20, 'G55');
  expect(log.outagesOf('acq')).toEqual([]);
  answer('100', 520, 20, 'G99'); // closed for the night, whatever the action code beside it
  expect(log.outagesOf('acq')).toHaveLength(1);
});
