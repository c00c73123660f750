import { readFileSync } from 'node:fs';
import {
  NETWORK_RETRIES,
  decideRoute,
  forbiddingRetry,
  parseRoutingFile,
  tableAt,
  tableOfLinks,
  type LinkHealth,
  type RoutingTable,
} from '@tsunagu/connectors';
import type { RouteWhy, SubmitRequest } from '@tsunagu/contracts';
import type { Clock } from '@tsunagu/kernel';
import type { LinkConfig } from '@tsunagu/links';
import { ConfigError, type AppConfig } from '@tsunagu/platform';
import type { CardDeclines } from './card-declines.js';

const HOUR_MS = 3_600_000;

/** Which link takes an attempt, by the table that holds now, and whether its card may be sent at all. */
export class Router {
  constructor(
    private readonly tables: readonly RoutingTable[],
    private readonly declines: CardDeclines,
    private readonly clock: Clock,
  ) {}

  /**
   * From `ROUTING_FILE`; without one from the links file. The sandbox then sets no limit on sending a declined card again: its amounts
   * decide what an issuer says, and the same cards are declined all day.
   * @throws ConfigError, RoutingTableError
   */
  static open(config: AppConfig, links: readonly LinkConfig[], declines: CardDeclines, clock: Clock): Router {
    const file = config.optional('ROUTING_FILE');
    const retries = config.isProduction ? NETWORK_RETRIES : [];
    const tables = file === null ? [tableOfLinks(links, retries)] : parseRoutingFile(contentOf(file), links);
    tableAt(tables, clock.now());
    return new Router(tables, declines, clock);
  }

  /** The table that holds now. */
  get table(): RoutingTable {
    return tableAt(this.tables, this.clock.now());
  }

  decide(request: SubmitRequest, originalLink: string | undefined, isUp: LinkHealth): RouteWhy {
    const { tenantId, operation, brand, bin6: bin, method, amountMinor, currency } = request;
    const question = { tenantId, operation, brand, bin, method, amountMinor, currency, originalLink };
    return decideRoute(this.table, question, isUp);
  }

  /** @returns the row of the table that forbids to send this card again, or undefined @throws DatabaseError */
  async forbidden({ tenantId, brand, cardToken, operation }: SubmitRequest): Promise<string | undefined> {
    const { table } = this;
    const isCharge = operation === 'sale' || operation === 'authorize';
    const rules = table.retries.filter(({ brands }) => brands.includes(brand));
    if (!isCharge || cardToken === undefined || rules.length === 0) return undefined;
    const now = this.clock.now();
    const longestMs = Math.max(...rules.map(({ withinHours }) => withinHours)) * HOUR_MS;
    const declines = await this.declines.since(tenantId, cardToken, new Date(now.getTime() - longestMs));
    return forbiddingRetry(table, brand, declines, now)?.id;
  }
}

function contentOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigError('ROUTING_FILE', 'must name a readable JSON file');
  }
}
