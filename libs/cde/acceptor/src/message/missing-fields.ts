import { presenceIssues, type IsoMessage } from '@tsunagu/iso8583';

/** Fields of TSN-93 that a message lacks. The number may be missing: a card also comes encrypted, or its payment is named by field 56. */
export function missingFields(message: IsoMessage): readonly number[] {
  return presenceIssues(message)
    .filter(({ rule }) => rule !== 'card_number')
    .map(({ field }) => field);
}
