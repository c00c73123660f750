import type { CardBrand } from '@tsunagu/contracts';
import type { LinkConfig } from '@tsunagu/links';

/** Which link takes a brand. Data, with a version, so that a payment can say by which table it was routed. */
export interface RoutingTable {
  readonly version: string;
  readonly source: string;
  readonly linkByBrand: ReadonlyMap<CardBrand, string>;
}

/** Build the table from the links file: the first link that names a brand takes it. */
export function routingTable(links: readonly LinkConfig[], source: string): RoutingTable {
  const linkByBrand = new Map<CardBrand, string>();
  for (const link of links) {
    for (const brand of link.brands) if (!linkByBrand.has(brand)) linkByBrand.set(brand, link.name);
  }
  return { version: '2026-11', source, linkByBrand };
}
