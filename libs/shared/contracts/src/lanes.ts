/** One lane per payment method: its own queue, concurrency and rules, so that one sick network starves no other. */
export const LANES = ['credit', 'unionpay', 'dcc', 'nfc', 'emoney', 'debit'] as const;
export type Lane = (typeof LANES)[number];

/** What a lane job carries: ids, nothing else. The row is the truth; the job is a bell. */
export interface LaneJob {
  readonly tenantId: string;
  readonly attemptId: string;
}
