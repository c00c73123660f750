import { RemoteError } from '@tsunagu/platform';
import { SwitchPort, SwitchRulings, VaultPort } from '@tsunagu/contracts';
import type {
  AddPinRequest,
  CardDisplay,
  EnrolDeviceAnswer,
  OpenCardAnswer,
  ReverseRequest,
  RulingAnswer,
  RulingRequest,
  SealedEnvelope,
  SubmitRequest,
  WireOutcome,
} from '@tsunagu/contracts';

const CARD: CardDisplay = {
  brand: 'jcb',
  bin6: '356600',
  last4: '0505',
  expMonth: 12,
  expYear: 2030,
  funding: 'credit',
  country: 'JP',
  issuerName: null,
};

/** For specs of this lib: a vault that opens every card and counts how often it was asked. */
export class FakeVault extends VaultPort {
  readonly counts = { opened: 0, sealed: 0, pins: 0 };
  card: CardDisplay = CARD;
  tokenId = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01';
  /** Whether the next cards are chip cards that were swiped. */
  isFallback = false;
  /** Code with which PINs are refused. */
  refusesPin: string | undefined;

  override open(): Promise<OpenCardAnswer> {
    this.counts.opened += 1;
    return Promise.resolve({
      tokenId: this.tokenId,
      card: this.card,
      isFallback: this.isFallback,
      envelope: { sad: 'sad.sealed', account: 'account.sealed' },
    });
  }

  override addPin({ envelope }: AddPinRequest): Promise<{ envelope: SealedEnvelope }> {
    this.counts.pins += 1;
    const code = this.refusesPin;
    if (code !== undefined) return Promise.reject(new RemoteError({ code, category: 'unprocessable', status: 422 }));
    return Promise.resolve({ envelope: { ...envelope, sad: `${envelope.sad ?? 'sad.'}+pin` } });
  }

  override sealAccount(): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    this.counts.sealed += 1;
    return Promise.resolve({ card: this.card, envelope: { sad: null, account: 'account.again' } });
  }

  override enrolDevice(): Promise<EnrolDeviceAnswer> {
    return Promise.reject(new Error('no device is enrolled here'));
  }
}

/** What the fake switch shall say next about an attempt. */
export type Script = Partial<WireOutcome> | 'unreachable' | 'refused';

/** For specs of this lib: a switch with a journal, idempotent by attempt id like the real one; answers follow a script. */
export class FakeSwitch extends SwitchPort {
  readonly submitted: SubmitRequest[] = [];
  readonly reversed: ReverseRequest[] = [];
  readonly journal = new Map<string, WireOutcome>();
  /** Answers of the next submissions; approved when empty. */
  readonly next: Script[] = [];
  /** Answers of the next reversals; reversed when empty. */
  readonly nextReversal: Script[] = [];

  override async submit(request: SubmitRequest): Promise<WireOutcome> {
    const known = this.journal.get(request.attemptId);
    if (known !== undefined) return known;
    const script = this.next.shift() ?? { state: 'approved' };
    if (typeof script === 'string') throw remote(script);
    this.submitted.push(request);
    return this.know(request.attemptId, {
      approvedMinor: script.state === 'approved' ? request.amountMinor : null,
      ...script,
    });
  }

  override async reverse(request: ReverseRequest): Promise<WireOutcome> {
    const script = this.nextReversal.shift() ?? { state: 'reversed' };
    if (typeof script === 'string') throw remote(script);
    this.reversed.push(request);
    return this.know(request.attemptId, script);
  }

  override async outcomes(attempts: readonly { attemptId: string }[]): Promise<WireOutcome[]> {
    return attempts.flatMap(({ attemptId }) => this.journal.get(attemptId) ?? []);
  }

  /** Let the journal say this from now on. */
  know(attemptId: string, facts: Partial<WireOutcome>): WireOutcome {
    const outcome = anOutcome({ attemptId, ...facts });
    this.journal.set(attemptId, outcome);
    return outcome;
  }
}

/** For specs of this lib: the switch's door for rulings, over the same journal. */
export class FakeRulings extends SwitchRulings {
  readonly ruled: RulingRequest[] = [];
  isAway = false;

  constructor(private readonly wire: FakeSwitch) {
    super();
  }

  override rule(request: RulingRequest): Promise<RulingAnswer> {
    if (this.isAway) return Promise.reject(remote('unreachable'));
    const known = this.wire.journal.get(request.attemptId);
    if (known !== undefined && known.state !== 'in_doubt' && known.reason !== 'ruled')
      return Promise.resolve({ state: known.state });
    this.ruled.push(request);
    const state = request.verdict === 'written_off' ? 'in_doubt' : request.verdict;
    this.wire.know(request.attemptId, { state, reason: 'ruled' });
    return Promise.resolve({ state: 'ruled' });
  }
}

/** For specs of this lib: an outcome, approved unless said otherwise. */
export function anOutcome(facts: Partial<WireOutcome> = {}): WireOutcome {
  const state = facts.state ?? 'approved';
  return {
    attemptId: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01',
    state,
    actionCode: state === 'approved' ? '000' : null,
    approvalCode: state === 'approved' ? '012345' : null,
    approvedMinor: null,
    emvResponse: null,
    network: { link: 'jcb', rrn: '632712000001', stan: '000001', localTime: '261122120405' },
    reason: null,
    lateApproval: false,
    ...facts,
  };
}

function remote(script: 'unreachable' | 'refused'): RemoteError {
  return script === 'refused'
    ? new RemoteError({ code: 'parameter_invalid', category: 'invalid', status: 400 })
    : new RemoteError({ code: 'card_service_unavailable', category: 'internal', status: 503 });
}
