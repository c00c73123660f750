import type { CardDisplay } from '@tsunagu/contracts';
import { ISSUER_TABLES, type IssuerTable } from './issuer-ranges.js';

/** What the issuer's range says of a card. */
export type IssuerFacts = Pick<CardDisplay, 'funding' | 'country' | 'currency' | 'issuerName'>;

/** Of a card in no range nothing is known, and nothing is guessed: it pays in yen, at once. */
const NOTHING: IssuerFacts = { funding: 'unknown', country: null, currency: null, issuerName: null };

/**
 * Issuer of a card by its first six digits: the narrowest range of the table in force.
 *
 * Six digits, because a token keeps no more of its number. Where two issuers share six digits a table says nothing of them.
 * @param on the instant; left out: the newest table
 */
export function issuerOf(bin6: string, on?: Date, tables: readonly IssuerTable[] = ISSUER_TABLES): IssuerFacts {
  const day = on?.toISOString().slice(0, 10);
  const table = tables.findLast(({ validFrom }) => day === undefined || validFrom <= day);
  const inside = (table?.ranges ?? []).filter(({ from, to }) => bin6 >= from && bin6 <= to);
  const [narrowest] = inside.sort((one, two) => width(one) - width(two));
  if (narrowest === undefined) return NOTHING;
  const { funding, country, currency, issuerName } = narrowest;
  return { funding, country, currency, issuerName };
}

function width({ from, to }: { readonly from: string; readonly to: string }): number {
  return Number(to) - Number(from);
}
