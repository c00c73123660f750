import { SystemClock } from '@tsunagu/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStanBlocks } from '../postgres/postgres-stan-blocks.js';
import { aSale, SwitchBench } from '../../../../../test/kit/switch-bench.js';
import { LinkLease } from './link-lease.js';

/** A clock that a spec moves on: the belief of a holder is measured by it, the truth by the database. */
class AheadClock extends SystemClock {
  aheadMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.aheadMs;
  }
}

describe('leadership of a link', () => {
  let bench: SwitchBench;
  const clock = new AheadClock();

  beforeAll(async () => void (bench = await SwitchBench.open()), 60_000);
  afterAll(() => bench.close());

  const leaseOf = (link: string, name: string): LinkLease =>
    new LinkLease(link, { name, address: `http://${name}` }, bench.centre, clock);
  /** Let the database see time pass: the lease of the link runs out now. */
  const expire = (link: string) =>
    bench.rows(`update switch.link_lease set until = now() - interval '1 second' where link = $1`, [link]);

  it('is one process at a time, whoever asks, and tells the others where it is [A16]', async () => {
    const [one, two] = [leaseOf('alone', 'switch-1'), leaseOf('alone', 'switch-2')];
    const taken = await Promise.all([one.keep(), two.keep()]);
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
    const [leader, other] = one.fence === null ? [two, one] : [one, two];
    expect(leader.fence).toBe(1);
    expect(await leader.holder()).toBeUndefined();
    expect(await other.holder()).toMatch(/^http:\/\/switch-[12]$/);
    expect(await other.keep()).toBeUndefined();
    expect(other.fence).toBeNull();
  });

  it('passes on with a higher fence when the leader is silent, which stops believing before that [A16]', async () => {
    const [one, two] = [leaseOf('silent', 'switch-1'), leaseOf('silent', 'switch-2')];
    await one.keep();
    clock.aheadMs += 3_000; // the holder's own clock: its belief ends a second before the database's
    expect(one.fence).toBeNull();
    expect(await two.keep()).toBeUndefined();
    await expire('silent');
    expect(await two.keep()).toEqual({ link: 'silent', fence: 2 });
    expect(await one.keep()).toBeUndefined();
    expect(one.fence).toBeNull();
  });

  it('passes on at once when it is given up', async () => {
    const [one, two] = [leaseOf('given', 'switch-1'), leaseOf('given', 'switch-2')];
    await one.keep();
    await one.release();
    expect(one.fence).toBeNull();
    expect(await two.keep()).toEqual({ link: 'given', fence: 2 });
  });

  it('is renewed by its holder after the database was away for long, when nobody took it', async () => {
    const one = leaseOf('away', 'switch-1');
    await one.keep();
    await expire('away');
    clock.aheadMs += 60_000;
    expect(one.fence).toBeNull();
    expect(await one.keep()).toBeUndefined();
    expect(one.fence).toBe(1);
  });

  it('gives trace numbers to the leader alone [A16] [A19]', async () => {
    const [one, two] = [leaseOf('stans', 'switch-1'), leaseOf('stans', 'switch-2')];
    await one.keep();
    const numbers = (lease: LinkLease) => new PostgresStanBlocks(bench.centre, { link: 'stans', lease });
    expect(await numbers(one).reserve('stans', 50)).toBe(1);
    await expect(numbers(two).reserve('stans', 50)).rejects.toMatchObject({ code: 'link_elsewhere' });
    await expire('stans');
    await two.keep();
    await expect(numbers(one).reserve('stans', 50)).rejects.toMatchObject({ code: 'link_elsewhere' });
    expect(await numbers(two).reserve('stans', 50)).toBe(51);
  });

  it('writes and sends nothing under a fence that is old, whatever the former leader believes [A16]', async () => {
    const life = await bench.born('fenced');
    await bench.rows(`update switch.link_lease set fence = fence + 1 where link = $1`, ['fenced']);
    await expect(life.service.submit(aSale())).rejects.toMatchObject({ code: 'link_elsewhere' });
    expect(life.line.sent).toEqual([]);
    expect(await bench.rows(`select from switch.journal where link = 'fenced'`)).toEqual([]);
  });
});
