import { AppError, type Clock } from '@tsunagu/kernel';
import type { SwitchingLog } from '../desk.js';
import type { DetailSource, DifferenceCase, DifferenceCases } from './difference-cases.js';
import type { ReconciliationKey } from './reconciliation-books.js';

const HOUSE = 'tsunagu';
/** A source that could not be read is asked again after this. */
const AGAIN_MS = 60_000;

/** Brings the transactions of both sides together when their counters differ, and names those that do. */
export class CaseInvestigator {
  readonly #notBeforeMs = new Map<string, number>();

  constructor(
    private readonly cases: DifferenceCases,
    private readonly source: DetailSource,
    private readonly clock: Clock,
    private readonly log: SwitchingLog,
  ) {}

  /** Look into the open cases of a link. @returns dates whose counters changed because a presumption was refuted */
  async pass(link: string): Promise<ReconciliationKey[]> {
    const recounted: ReconciliationKey[] = [];
    for (const one of await this.cases.wanting(link)) {
      if ((this.#notBeforeMs.get(one.id) ?? 0) > this.clock.monotonicMs()) continue;
      const pages = this.source.pages(one);
      if (pages === undefined) await this.cases.giveUpDetails(one.id);
      else if (await this.#compare(one, pages)) recounted.push(one);
    }
    return recounted;
  }

  /** Compare with what somebody brought by hand. @returns whether presumptions were refuted */
  async compareWith(one: DifferenceCase, pages: AsyncIterable<readonly PageItem[]>): Promise<boolean> {
    return this.#compare(one, pages);
  }

  /** The date balances after a recount: the case ends, and its items keep what was found. */
  async closeRecounted(key: ReconciliationKey, at: Date): Promise<void> {
    const open = (await this.cases.list({ link: key.link, isOpen: true })).filter(
      (one) => one.businessDate === key.businessDate && one.currency === key.currency && one.details === 'compared',
    );
    for (const one of open) {
      const items = await this.cases.items(one.id);
      if (items.length === 0 || items.some((item) => item.class !== 'presumed')) continue;
      const reason = `${items.length} presumed approvals counted no more, the date balances`;
      await this.cases.close(one.id, { by: HOUSE, resolution: 'recounted', reason, corrections: [], at });
      this.log.note('difference case closed by a recount', { link: key.link, count: items.length });
    }
  }

  async #compare(one: DifferenceCase, pages: AsyncIterable<readonly PageItem[]>): Promise<boolean> {
    const { id, link, businessDate } = one;
    try {
      let from = 0;
      for await (const page of pages) {
        await this.cases.keepDetails(id, page, { from });
        from += page.length;
      }
      if (from === 0) await this.cases.keepDetails(id, [], { from });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.alarm('details of the peer cannot be read', { link, businessDate, code: error.code });
      this.#notBeforeMs.set(id, this.clock.monotonicMs() + AGAIN_MS);
      return false; // it still wants them
    }
    this.#notBeforeMs.delete(id);
    const count = await this.cases.compare(id, this.clock.now());
    this.log.alarm('transactions that differ are named', { link, businessDate, count });
    const items = count === 0 ? [] : await this.cases.items(id);
    if (!items.some((item) => item.class === 'presumed')) return false;
    return (await this.cases.recount(id)) > 0;
  }
}

type PageItem = Parameters<DifferenceCases['keepDetails']>[1][number];
