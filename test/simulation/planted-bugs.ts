import type { SwitchPort, VaultPort, WireOutcome } from '@tsunagu/contracts';
import type { PaymentRecord, PaymentStore } from '@tsunagu/payments';
import type { Journal } from '@tsunagu/switching';
import type { MemoryPaymentStore } from './memory-payment-store.js';
import type { Life } from './virtual-world.js';

const OPEN: ReadonlySet<string> = new Set(['created', 'sending', 'sent_unknown', 'in_doubt']);

/** A mistake that a tired engineer could make, planted between the real services and their ports. */
export interface PlantedBug {
  readonly store?: (store: PaymentStore, life: Life, memory: MemoryPaymentStore) => PaymentStore;
  readonly journal?: (journal: Journal, life: Life) => Journal;
  readonly wire?: (wire: SwitchPort) => SwitchPort;
  readonly vault?: (vault: VaultPort) => VaultPort;
}

/** The rig must catch every one of these; a rig that does not is worth nothing. */
export const PLANTED_BUGS = {
  /** Whoever hears a bell goes to the wire, whatever state the row is in. */
  'no claim': {
    store: (store, life, memory) =>
      bent(store, {
        claimAttempt: (_ctx, attemptId, claim) =>
          life.ask(() => {
            const found = memory.find(attemptId);
            return found && memory.take(found.rows, found.attempt, claim);
          }),
      }),
  },
  /** Read, think, write over whatever is there by now. */
  'no state guard': {
    store: (store, life, memory) =>
      bent(store, {
        change: async (ctx, paymentId, decide, intent) => {
          if (intent !== undefined) {
            const { byKey } = await store.findIntent(ctx, { key: intent.key });
            if (byKey !== undefined) return { kind: 'intent_taken' };
          }
          const record = await store.load(ctx, paymentId);
          if (record === undefined) return { kind: 'missing' };
          const change = decide(record);
          if (change === undefined) return { kind: 'unchanged', record };
          await life.ask(() => memory.write(change, { isGuarded: false }), life.world.random.between(1, 40));
          return { kind: 'changed', change };
        },
      }),
  },
  /** A worker writes what it makes of the payment as it was when it claimed it; it never thinks that it may have slept meanwhile. */
  'claim believed after a pause': {
    store: (store, life, memory) => {
      const asClaimed = new Map<string, PaymentRecord>();
      return bent(store, {
        claimAttempt: async (ctx, attemptId, claim) => {
          const taken = await store.claimAttempt(ctx, attemptId, claim);
          const record = taken && (await store.load(ctx, taken.payment.id));
          if (record !== undefined) asClaimed.set(record.payment.id, record);
          return taken;
        },
        change: async (ctx, paymentId, decide, intent) => {
          const record = asClaimed.get(paymentId);
          if (record === undefined || intent !== undefined) return store.change(ctx, paymentId, decide, intent);
          asClaimed.delete(paymentId);
          const change = decide(record);
          if (change === undefined) return { kind: 'unchanged', record };
          await life.ask(() => memory.write(change, { isGuarded: false }));
          return { kind: 'changed', change };
        },
      });
    },
  },
  /** A reversal without an answer is not sent again. */
  'reversal tried once': {
    journal: (journal) =>
      bent(journal, {
        claimDue: async (lease, at, options) =>
          (await journal.claimDue(lease, at, options)).filter(
            (claim) => claim.kind !== 'reversal' || claim.stan === null,
          ),
      }),
  },
  /** The row is written behind the message's back. */
  'send before persist': {
    journal: (journal, life) =>
      bent(journal, {
        open: async (entry, saf) => {
          const known = await journal.find(entry);
          if (known !== undefined || entry.state !== 'sending') return known ?? journal.open(entry, saf);
          life.after(life.world.random.between(5, 60), () => void journal.open(entry, saf).catch(() => undefined));
          return undefined;
        },
        move: async (key, move) => {
          for (;;) {
            const record = await journal.find(key);
            if (record !== undefined) return journal.move(key, move);
            await new Promise<void>((resolve) => life.after(10, resolve));
          }
        },
      }),
  },
  /** Look whether the key is known, then insert without a unique constraint. */
  'check-then-insert': {
    store: (store, life, memory) =>
      bent(store, {
        insertIntake: async (ctx, intake) => {
          const { byKey } = await store.findIntent(ctx, { key: intake.idempotency.key });
          if (byKey !== undefined) return 'key_taken';
          await life.ask(() => memory.insertBlindly(intake));
          return 'inserted';
        },
      }),
  },
  /** Nobody looks for what a lost bell or a crash left behind. */
  'no sweeper': { store: (store) => bent(store, { takeDue: () => Promise.resolve([]) }) },
  /** Silence is told as a decline. */
  'timeout = failed': {
    wire: (wire) =>
      bent(wire, {
        submit: async (request) => declinedIfUnknown(await wire.submit(request)),
        outcomes: async (attempts) => (await wire.outcomes(attempts)).map(declinedIfUnknown),
      }),
  },
  /** The reversal is decided, and the payment is told it is over before the issuer acknowledged. */
  'not charged before the proof': {
    wire: (wire) =>
      bent(wire, {
        submit: async (request) => reversedIfUnknown(await wire.submit(request)),
        outcomes: async (attempts) => (await wire.outcomes(attempts)).map(reversedIfUnknown),
        reverse: async (request) => reversedIfUnknown(await wire.reverse(request)),
      }),
  },
  /** A till that hears nothing asks for the PIN, and the resume forgets that the first attempt may have been charged. */
  'PIN asked for before the answer is known': {
    wire: (wire) => bent(wire, { submit: async (request) => pinAskedIfUnknown(await wire.submit(request)) }),
  },
  /** The clock's loop ends an authorization although a capture was begun in time and is on its way. */
  'expiry races a capture': {
    store: (store) =>
      bent(store, {
        change: (ctx, paymentId, decide, intent) => {
          if (ctx.requestId !== 'expiry') return store.change(ctx, paymentId, decide, intent);
          return store.change(ctx, paymentId, (record) => {
            const attempts = record.attempts.map((attempt) =>
              OPEN.has(attempt.status) ? { ...attempt, status: 'abandoned' as const } : attempt,
            );
            return decide({ ...record, attempts });
          });
        },
      }),
  },
  /** A payment that goes on keeps the sealed card that it waited with. */
  'held card not erased': {
    store: (store, _life, memory) =>
      bent(store, {
        change: async (ctx, paymentId, decide, intent) => {
          const held = memory.payments.get(paymentId)?.payment.held ?? null;
          const result = await store.change(ctx, paymentId, decide, intent);
          const rows = memory.payments.get(paymentId);
          if (rows !== undefined && result.kind === 'changed' && held !== null)
            rows.payment = { ...rows.payment, held };
          return result;
        },
      }),
  },
  /** Any chip continues a tap: nobody looks whose it is. */
  'any card continues a tap': {
    vault: (vault) => {
      const tokens: string[] = [];
      return bent(vault, {
        open: async (request) => {
          const opened = await vault.open(request);
          if (request.card.entryMode !== 'chip') tokens.push(opened.tokenId);
          return { ...opened, tokenId: tokens[0] ?? opened.tokenId };
        },
      });
    },
  },
  /** A declined sale is not claimed for the one posting that may follow it. */
  'posted by telephone twice': {
    store: (store) =>
      bent(store, { insertIntake: (ctx, { claim: _forgotten, ...intake }) => store.insertIntake(ctx, intake) }),
  },
  /** The number that the card company gave is lost on the way to the posting. */
  'posted under a number of our own': {
    wire: (wire) =>
      bent(wire, {
        submit: (request) =>
          wire.submit(
            request.voiceApproval === undefined ? request : { ...request, voiceApproval: { code: '000000' } },
          ),
      }),
  },
  /** A refund is converted at the rate of the day on which it is made. */
  'refund at a new rate': {
    wire: (wire) =>
      bent(wire, {
        submit: (request) => {
          const { operation, conversion, amountMinor } = request;
          if (operation !== 'refund' || conversion === undefined) return wire.submit(request);
          return wire.submit({ ...request, conversion: { ...conversion, amountMinor: Math.ceil(amountMinor * 0.7) } });
        },
      }),
  },
} as const satisfies Record<string, PlantedBug>;

export type PlantedBugName = keyof typeof PLANTED_BUGS;

function declinedIfUnknown(outcome: WireOutcome): WireOutcome {
  return outcome.state === 'unknown'
    ? { ...outcome, state: 'declined', actionCode: '909', reason: 'timeout' }
    : outcome;
}

function pinAskedIfUnknown(outcome: WireOutcome): WireOutcome {
  return outcome.state === 'unknown' ? { ...outcome, state: 'declined', actionCode: '112', reason: null } : outcome;
}

function reversedIfUnknown(outcome: WireOutcome): WireOutcome {
  return outcome.state === 'unknown' ? { ...outcome, state: 'reversed', reason: 'reversed' } : outcome;
}

/** The port with some of its methods replaced. */
function bent<Port extends object>(port: Port, replaced: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      const own = Reflect.get(replaced, name) as unknown;
      const member = own ?? (Reflect.get(target, name) as unknown);
      return typeof member === 'function'
        ? (member as (...values: unknown[]) => unknown).bind(own === undefined ? target : replaced)
        : member;
    },
  });
}
