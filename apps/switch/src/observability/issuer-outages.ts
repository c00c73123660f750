/**
 * Answers that say the issuer is away, not that it refuses: G92, G95 and G99, and the action codes behind them. 906 is left out: a cutover
 * takes seconds.
 * @source iso8583-1993.md §11, last column; payment-features.md §11, rules
 */
export const OUTAGE_CODES: ReadonlySet<string> = new Set(['907', '909', '910', '911', '912', 'G92', 'G95', 'G99']);

/** When a mix of answers is an outage. */
export interface OutageRule {
  /** Answers older than this are forgotten. */
  readonly windowMs: number;
  /** Fewer answers than this prove nothing. */
  readonly answersMin: number;
  /** Share of outage codes that begins an outage, and the lower one that ends it: between the two nothing changes. */
  readonly beginPercent: number;
  readonly endPercent: number;
}

/** Defaults, from our own judgement: a line that answers "away" every other time for five minutes is news. */
export const OUTAGE_RULE: OutageRule = { windowMs: 300_000, answersMin: 10, beginPercent: 50, endPercent: 20 };

/** Bound of the memory for one issuer: a busy link fills it in seconds, which is enough to judge by. */
const ANSWERS_MAX = 1_000;

/** An issuer whose answers say that it is away. */
export interface OpenOutage {
  readonly issuer: string;
  readonly since: Date;
  readonly answers: number;
  readonly sharePercent: number;
}

interface Watched {
  readonly answers: { readonly at: number; readonly isAway: boolean }[];
  since: Date | null;
}

/**
 * Finds issuers that are away from the mix of their answers. Pure but for its own memory: whoever counts says when.
 * Each replica sees the links that it leads, and a link has one leader.
 */
export class IssuerOutages {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly rule: OutageRule = OUTAGE_RULE) {}

  /**
   * Count one answer.
   * @param issuer link and brand
   * @param code its action code, or the domestic one beside it where that says more
   * @returns `began` or `ended` when this answer changes the judgement
   */
  count(issuer: string, code: string, now: Date): 'began' | 'ended' | undefined {
    const watched = this.#watched.get(issuer) ?? { answers: [], since: null };
    this.#watched.set(issuer, watched);
    watched.answers.push({ at: now.getTime(), isAway: OUTAGE_CODES.has(code) });
    if (watched.answers.length > ANSWERS_MAX) watched.answers.shift();
    return this.#judge(watched, now);
  }

  /** Outages that stand now. An issuer of whom nothing was heard for a whole window is forgotten: nobody knows. */
  open(now: Date): OpenOutage[] {
    for (const watched of this.#watched.values()) this.#judge(watched, now);
    return [...this.#watched].flatMap(([issuer, { answers, since }]) =>
      since === null ? [] : [{ issuer, since, answers: answers.length, sharePercent: shareOf(answers) }],
    );
  }

  #judge(watched: Watched, now: Date): 'began' | 'ended' | undefined {
    const { answers } = watched;
    const oldest = now.getTime() - this.rule.windowMs;
    while ((answers[0]?.at ?? Infinity) < oldest) answers.shift();
    const share = shareOf(answers);
    if (watched.since === null) {
      if (answers.length < this.rule.answersMin || share < this.rule.beginPercent) return undefined;
      watched.since = now;
      return 'began';
    }
    if (answers.length > 0 && share > this.rule.endPercent) return undefined;
    watched.since = null;
    return 'ended';
  }
}

/** Hundredths of the answers that say "away"; 0 of none. */
function shareOf(answers: Watched['answers']): number {
  if (answers.length === 0) return 0;
  return Math.round((answers.filter(({ isAway }) => isAway).length * 100) / answers.length);
}
