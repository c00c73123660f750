import type { TenantContext } from '@tsunagu/contracts';
import type { Accepted } from '../payment-api.js';

/** That a holder has signed, and what: nothing of the picture itself. */
export interface SignatureMark {
  readonly receivedAt: Date;
  /** SHA-256 of the pixels, lower-case hex. */
  readonly sha256: string;
}

/** A picture that was made by us: pixels and nothing else. */
export interface SignedPicture {
  /** PNG, at most 200 KB. */
  readonly png: Uint8Array;
  /** Of its pixels, so that the same picture is known again however it was compressed. */
  readonly sha256: string;
}

/** Signatures of cardholders; one a payment, kept as it came. */
export abstract class PaymentSignatures {
  /**
   * Keep the signature of a payment that was approved. The same picture again changes nothing.
   * @throws PaymentError `resource_missing`; `state_conflict` (facts: current_status, allowed_actions) not approved, given back whole, or signed with
   *   another picture
   */
  abstract sign(ctx: TenantContext, paymentId: string, picture: SignedPicture): Promise<Accepted>;
  /** The picture, for the slips that the shop keeps; undefined: nobody has signed. */
  abstract picture(ctx: TenantContext, paymentId: string): Promise<Uint8Array | undefined>;
}
