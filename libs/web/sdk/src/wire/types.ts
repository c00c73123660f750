import type { components } from './openapi.js';

export type Schemas = components['schemas'];

/** A payment as the API shows it, whole. */
export type Payment = Schemas['PaymentResponse'];
export type Refund = Schemas['RefundResponse'];
export type Money = Schemas['MoneyRequest'];
/** A card as the reader encrypted it. There is no field for a clear card number. */
export type CardPresent = Schemas['CardPresentRequest'];
export type PinBlock = Schemas['PinBlockRequest'];
/** 支払区分, as it is chosen. */
export type PaymentPlanChoice = Schemas['PaymentPlanRequest'];
/** 支払区分, as it is offered or was agreed. */
export type PaymentPlan = Schemas['PlanResponse'];
export type PlanQuestion = Omit<Schemas['QuotePlansRequest'], 'terminal_id'>;
/** Where the newest attempt of a client reference stands; `status` is `never_seen` for one that never arrived. */
export type AttemptAnswer = Schemas['AttemptAnswerResponse'];
/** RFC 9457 problem as the API writes it. */
export type ProblemBody = Schemas['ProblemResponse'];
/** What the caller can do about a refusal. */
export type NextAction = ProblemBody['next_action'];
