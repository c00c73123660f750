/** How two people end an attempt of which nobody knows whether it happened. */
export const VERDICTS = ['approved', 'declined', 'reversed', 'written_off'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What the switch is told of a ruling, so that nothing it hears later contradicts it. */
export interface RulingRequest {
  readonly tenantId: string;
  readonly attemptId: string;
  readonly verdict: Verdict;
  readonly requestId: string;
}

/** `ruled` from now on the journal says so, and nothing more is sent · `unseen` the switch never saw it; else the state that it knows meanwhile. */
export interface RulingAnswer {
  readonly state: string;
}

/** The switch's door for rulings; idempotent. @throws RemoteError `card_service_unavailable` */
export abstract class SwitchRulings {
  abstract rule(request: RulingRequest): Promise<RulingAnswer>;
}

/** One attempt in doubt as an operator sees it: references and amounts, nothing of a card. */
export interface DoubtLine {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly kind: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly link: string | null;
  readonly rrn: string | null;
  readonly localTime: string | null;
  readonly terminal: string;
  /** RFC 3339. */
  readonly since: string;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
  readonly orderedBy: string | null;
  readonly approvedBy: string | null;
  /** `done`; `overtaken`: the truth came first; null: not carried out yet. */
  readonly outcome: string | null;
}
