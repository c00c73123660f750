import type { Tx } from './transactions.js';

/** Who did something: a key, or the house itself where there is none. */
export interface AuditActor {
  readonly requestId?: string;
  /** Public id of the credential. */
  readonly credentialId?: string;
}

/** A change of what a tenant has set up, before and after; wire names, never a secret. */
export interface AuditEntry {
  /** Object and deed, e.g. `api_key.revoked`. */
  readonly operation: string;
  /** Row id of the object; null: it has none. */
  readonly objectId: string | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly at: Date;
}

/** Where features write down who changed what. The app binds it to `public/notify`. */
export abstract class AuditSink {
  /** Write the entry within the transaction of the change; nothing is awaited, commit tells. */
  abstract record(tx: Tx, actor: AuditActor, entry: AuditEntry): void;
}
