import type { IsoMessage } from '@tsunagu/iso8583';
import type { FileAction } from '@tsunagu/links';
import { sql, type Centre, type Storable } from '@tsunagu/platform';
import type { Desk, SwitchingLog } from '../desk.js';

/** Turns a card number into its keyed fingerprint inside the HSM: what is stored is useless to anybody without the key. */
export abstract class CardFingerprints {
  abstract of(pan: string): Promise<Buffer>;
}

const DONE = '300';
const NOT_FOUND = '302';
const DUPLICATE_REPLACED = '303';
const UNKNOWN_FILE = '309';
const OUT_OF_SEQUENCE = '922';
const FILE = /^NEGATIVE[A-Z0-9-]{0,9}$/;
/** A list that is known to be empty is asked again after this. */
const EMPTY_MS = 1_000;
/** What a listed card is told, without a word to the shopper. @source reference/iso8583-1993.md §11 */
const DECLINE_BY_REASON: Readonly<Record<string, string>> = { L: '208', S: '209', C: '210', U: '200', O: '200' };
/** Owner of lists that hold for the payments of all tenants: those of card companies. */
const EVERYBODY = '00000000-0000-0000-0000-000000000000';
/** Prefix of the reason of an attempt that was declined here; the action code follows. */
const LISTED = 'negative_list_';

const APPLY = sql(
  'negative_apply',
  'select switch.negative_apply($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as code',
);
const HIT = sql(
  'negative_hit',
  `select reason from switch.negative_card
    where fingerprint = $1 and tenant_id in ($4, '00000000-0000-0000-0000-000000000000') and effective_on <= $2::date and (purge_on is null or purge_on > $2::date) and (expiry is null or $3::text is null or expiry = $3)
    order by reason limit 1`,
);
const IS_EMPTY = sql('negative_is_empty', 'select not exists (select from switch.negative_card) as empty');
const STREAMS = sql(
  'negative_streams',
  `select nullif(s.tenant_id, '00000000-0000-0000-0000-000000000000')::text as "tenantId", s.link, s.file, s.last_number as "lastNumber", s.is_stale as "isStale", s.changed_at as "changedAt",
     (select count(*)::int from switch.negative_card c where c.tenant_id = s.tenant_id and c.link = s.link and c.file = s.file) as cards
   from switch.negative_stream s order by s.tenant_id, s.link, s.file`,
);

/** One file of one counterpart, in numbers. */
export interface NegativeStream {
  /** Null: a card company's, in force for everybody. */
  readonly tenantId: string | null;
  readonly link: string;
  readonly file: string;
  readonly lastNumber: number;
  /** A number was missing: the counterpart must send it again. What is on the list is still refused. */
  readonly isStale: boolean;
  readonly changedAt: Date;
  readonly cards: number;
}

/** Who sends a file: a card company (null) stops the cards of everybody, a merchant those of its own payments and no others. */
export interface NegativeOwner {
  readonly tenantId: string | null;
  /** Name of the line it comes by. */
  readonly link: string;
}

/**
 * Blocked cards, by fingerprint. A change is in force for every payment that is built after it was answered: the list is asked before each
 * dispatch, where the card is open anyway.
 */
export class NegativeList {
  #emptyUntilMs = 0;

  constructor(
    private readonly centre: Centre,
    private readonly fingerprints: CardFingerprints,
    private readonly clock: { now(): Date; monotonicMs(): number },
    private readonly log: SwitchingLog,
  ) {}

  /**
   * Why this card may not go out, as the reason of an attempt; undefined when it may.
   * @param card its expiry is YYMM
   * @param tenantId whose payment it is: its own lists count, and those of card companies
   */
  async refusal(
    card: { readonly pan: string; readonly expiry: string | null },
    tenantId: string,
  ): Promise<string | undefined> {
    if (await this.#isEmpty()) return undefined;
    const today = new Date(this.clock.now().getTime() + 9 * 3_600_000).toISOString().slice(0, 10);
    const values = [await this.fingerprints.of(card.pan), today, card.expiry, tenantId];
    const [hit] = await this.centre.query<{ reason: string }>(HIT, values);
    return hit === undefined ? undefined : `${LISTED}${DECLINE_BY_REASON[hit.reason] ?? '200'}`;
  }

  /** A file action of the counterpart. @returns the answer; undefined when the message is none */
  async hear(desk: Desk, message: IsoMessage): Promise<IsoMessage | undefined> {
    const speech = desk.connector.fileActions;
    const action = speech?.read(message);
    if (speech === undefined || action === undefined) return undefined;
    const link = desk.line.config.name;
    const actionCode = typeof action === 'string' ? action : await this.apply({ tenantId: null, link }, action);
    return speech.answer(message, actionCode, this.clock.now());
  }

  /** Do what a file action says, once. @returns the action code to answer it with */
  async apply(owner: NegativeOwner, action: FileAction): Promise<string> {
    const { link } = owner;
    const actionCode = await this.#apply(owner, action);
    if (actionCode === OUT_OF_SEQUENCE) this.log.alarm('negative list has a gap', { link });
    this.log.note('file action', { link, actionCode });
    return actionCode;
  }

  streams(): Promise<NegativeStream[]> {
    return this.centre.query<NegativeStream>(STREAMS, []);
  }

  async #apply(owner: NegativeOwner, { file, number, operation, card }: FileAction): Promise<string> {
    if (!FILE.test(file)) return UNKNOWN_FILE;
    const pan = card?.pan.reveal() ?? '';
    const known: Storable[] =
      card === null
        ? [null, null, null, null, null]
        : [await this.fingerprints.of(pan), card.reason, card.expiry, card.effectiveOn, card.purgeOn];
    const shown = card === null ? '' : `${pan.slice(0, 6)}-${pan.slice(-4)}`;
    const values = [
      owner.tenantId ?? EVERYBODY,
      owner.link,
      file,
      number,
      operation,
      ...known,
      shown,
      this.clock.now(),
    ];
    const [row] = await this.centre.query<{ code: string }>(APPLY, values);
    this.#emptyUntilMs = 0;
    const code = row?.code ?? NOT_FOUND;
    return [DONE, NOT_FOUND, DUPLICATE_REPLACED, OUT_OF_SEQUENCE].includes(code) ? code : NOT_FOUND;
  }

  async #isEmpty(): Promise<boolean> {
    if (this.clock.monotonicMs() < this.#emptyUntilMs) return true;
    const isEmpty = (await this.centre.query<{ empty: boolean }>(IS_EMPTY, []))[0]?.empty === true;
    if (isEmpty) this.#emptyUntilMs = this.clock.monotonicMs() + EMPTY_MS;
    return isEmpty;
  }
}

/** The action code that an attempt was declined with here, before the wire; undefined for any other reason. */
export function listedActionCode(reason: string | null): string | undefined {
  return reason?.startsWith(LISTED) === true ? reason.slice(LISTED.length) : undefined;
}
