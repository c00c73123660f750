import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.js';
import type { Intent, Journal } from '../journal/journal.js';
import { ScriptedGateway, type Weather } from '../testing/scripted-gateway.js';
import { TestClock } from '../testing/test-clock.js';
import type { Movement, Outcome } from './outcome.js';
import { TillClient, type Purchase } from './till-client.js';

/** The plug is pulled: nothing of the SDK runs any more. */
class PowerLoss extends Error {}

/** Steps until the plug is pulled; each is a write of the journal or a request, and has a before and an after. */
class Plug {
  constructor(private stepsLeft: number) {}

  async step<T>(work: () => Promise<T>): Promise<T> {
    this.#count();
    const result = await work();
    this.#count();
    return result;
  }

  #count(): void {
    this.stepsLeft -= 1;
    if (this.stepsLeft === 0) throw new PowerLoss();
  }
}

/** Outlives every loss of power, as a file does. */
class PluggedJournal implements Journal {
  constructor(
    private readonly disk: Journal,
    private readonly plug: Plug,
  ) {}

  unfinished(): Promise<readonly Intent[]> {
    return this.disk.unfinished();
  }

  save(intent: Intent): Promise<void> {
    return this.plug.step(() => this.disk.save(intent));
  }

  finish(ids: readonly string[]): Promise<void> {
    return this.plug.step(() => this.disk.finish(ids));
  }
}

const SALE: Purchase = {
  kind: 'sale',
  money: { amount: 1_500, currency: 'JPY' },
  client_reference: 'order-1',
  card_present: { format: 'dukpt_aes', ksn: '0'.repeat(24), ciphertext: '9C'.repeat(48), entry_mode: 'chip' },
};
const WEATHER: readonly Weather[] = [
  'fine',
  'lost_request',
  'lost_response',
  'half_response',
  'foreign_502',
  'login_page',
  'error_after',
  'in_progress',
  'too_many',
];
const NEVER = Number.MAX_SAFE_INTEGER;

interface Day {
  /** Steps that each life of the till has. */
  readonly lives: readonly number[];
  readonly weather: readonly Weather[];
  readonly readsUntilFinal: number;
  /** How long the till stays dark after each loss of power. */
  readonly darkMs: number;
  readonly isDeclined: boolean;
  /** A clerk who gives up instead of waiting for the till to resume. */
  readonly givesUp: boolean;
}

const DAY: fc.Arbitrary<Day> = fc.record({
  lives: fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 5 }),
  weather: fc.array(fc.constantFrom(...WEATHER), { maxLength: 12 }),
  readsUntilFinal: fc.integer({ min: 0, max: 4 }),
  darkMs: fc.constantFrom(0, 5_000, 119_000, 125_000, -3_600_000),
  isDeclined: fc.boolean(),
  givesUp: fc.boolean(),
});

/** One sale through all lives of a till, then a last life in good weather. @returns everything that was said about it */
async function live(day: Day, gateway: ScriptedGateway, disk: Journal): Promise<(Outcome | Movement)[]> {
  const said: (Outcome | Movement)[] = [];
  const clock = new TestClock();
  gateway.weather.push(...day.weather);
  gateway.readsUntilFinal = day.readsUntilFinal;
  if (day.isDeclined) gateway.end = { status: 'declined', customer_charged: 'no' };
  let isBegun = false;
  for (const steps of [...day.lives, NEVER]) {
    if (steps === NEVER) gateway.weather.length = 0;
    const plug = new Plug(steps);
    const fetch = (request: Request) => plug.step(() => gateway.fetch(request));
    const journal = new PluggedJournal(disk, plug);
    const till = new TillClient({
      baseUrl: 'http://gateway.test',
      apiKey: 'k',
      terminalId: 't',
      journal,
      clock,
      fetch,
    });
    try {
      if (isBegun && day.givesUp) said.push(...[await till.giveUp()].filter((one) => one !== undefined));
      const resumed = await till.resume();
      if (resumed !== undefined) said.push(resumed.ending);
      if (!isBegun) {
        isBegun = true;
        said.push(await till.pay(SALE));
      }
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
    }
    if (day.darkMs >= 0) clock.pass(day.darkMs);
    else clock.setBack(-day.darkMs);
  }
  return said;
}

describe('a till whose plug may be pulled at every step', () => {
  it('makes at most one purchase, ends knowing how it ended, and never says the contrary before', async () => {
    await fc.assert(
      fc.asyncProperty(DAY, async (day) => {
        const gateway = new ScriptedGateway();
        const disk = new MemoryJournal();
        const said = await live(day, gateway, disk);
        expect(gateway.payments.length).toBeLessThanOrEqual(1);
        expect(await disk.unfinished()).toEqual([]);
        const certain = new Set(said.map(({ result }) => result).filter((result) => result !== 'unknown'));
        if (certain.size > 0) expect([...certain]).toEqual([gateway.charges === 1 ? 'charged' : 'not_charged']);
      }),
      { numRuns: 250 },
    );
  });

  it('sends nothing before the purchase is on disk', async () => {
    await fc.assert(
      fc.asyncProperty(DAY, async (day) => {
        const gateway = new ScriptedGateway();
        const disk = new MemoryJournal();
        const unwritten: string[] = [];
        const saved = new Set<string>();
        const watched: Journal = {
          unfinished: () => disk.unfinished(),
          finish: (ids) => disk.finish(ids),
          save: (intent) => disk.save(intent).then(() => void saved.add(intent.id)),
        };
        gateway.onArrival = () => {
          const { key } = gateway.seen.at(-1)!;
          if (key !== null && !saved.has(key)) unwritten.push(key);
        };
        await live(day, gateway, watched);
        expect(unwritten).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
