import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WireOutcome } from '@tsunagu/contracts';
import { ChangeDraft } from '../change-draft.js';
import type { AttemptStatus } from '../payment-api.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { aRecord, SPEC_TIME } from '../testing/a-record.js';
import { anOutcome } from '../testing/fake-card-zone.js';
import { decideOutcome } from './decide-outcome.js';

/** States in which this leg may have moved money, or still may. */
const LIVE: ReadonlySet<AttemptStatus> = new Set(['created', 'sending', 'approved', 'sent_unknown', 'in_doubt']);
const ENVELOPE = { sad: null, account: 'account.sealed' } as const;

const charges = ({ attempts }: PaymentRecord): Attempt[] => attempts.filter(({ kind }) => kind === 'sale');

/** A worker takes what waits, as the claim does; the switch may have routed each leg to another acquirer. */
function taken(record: PaymentRecord): PaymentRecord {
  const draft = new ChangeDraft(record, SPEC_TIME);
  for (const attempt of draft.attempts) if (attempt.status === 'created') draft.move(attempt, 'send');
  return draft.done().after;
}

it('never has two live legs of one payment: a second acquirer is asked only after the first is proved unsent [A6]', () => {
  const states = fc.constantFrom<WireOutcome['state']>(
    'not_sent', 'not_sent', 'unknown', 'approved', 'declined', 'reversed', 'in_doubt',
  ); // prettier-ignore
  const steps = fc.array(fc.record({ leg: fc.nat(4), state: states, link: fc.constantFrom('acq', 'acq-two') }));
  let seconds = 0;
  fc.assert(
    fc.property(steps, (history) => {
      let record = aRecord({ attempt: { envelope: ENVELOPE } });
      for (const { leg, state, link } of history) {
        record = taken(record);
        const legs = charges(record);
        const attempt = legs[leg % legs.length]!;
        const network = state === 'not_sent' ? null : { link, rrn: '1', stan: '1', localTime: '1' };
        const outcome = anOutcome({ attemptId: attempt.id, state, network });
        try {
          const change = decideOutcome(record, { attemptId: attempt.id, outcome, now: SPEC_TIME });
          record = change?.after ?? record;
        } catch (error) {
          expect((error as { code?: string }).code).toBe('state_conflict'); // the tables refuse it, and nothing has changed
        }
        const now = charges(record);
        expect(now.filter(({ status }) => LIVE.has(status)).length).toBeLessThanOrEqual(1);
        for (const earlier of now.slice(0, -1)) expect(earlier.status).toBe('not_sent');
        if (now.length > 1) seconds += 1;
      }
    }),
    { numRuns: 500 },
  );
  expect(seconds).toBeGreaterThan(100); // else nothing was tried
});
