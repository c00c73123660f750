import type { RulingAnswer, RulingRequest } from '@tsunagu/contracts';
import { sql, type Centre } from '@tsunagu/platform';

const RULE = sql('rule_attempt', 'select switch.rule_attempt($1, $2, $3, $4) as state');

/** The end of attempts in doubt, as two people ruled it. May throw DatabaseUnavailableError. */
export class RulingDesk {
  constructor(private readonly centre: Centre) {}

  /** Idempotent. @returns `ruled`, `unseen`, or the state that the journal knows meanwhile: then nothing was changed */
  async rule({ tenantId, attemptId, verdict }: RulingRequest, at: Date): Promise<RulingAnswer> {
    const [row] = await this.centre.query<{ state: string }>(RULE, [tenantId, attemptId, verdict, at]);
    return { state: row?.state ?? 'unseen' };
  }
}
