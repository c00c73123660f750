import { Injectable } from '@nestjs/common';
import { DUKPT_PROFILES, HsmProvider, type DukptProfile, type DukptProfileName, type KeyRef } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { Transactions, sql } from '@tsunagu/platform';
import { createHash, randomInt } from 'node:crypto';
import { KeyBook } from '../inventory/key-book.repository.js';
import { BaseKeyMissingError, DeviceUnservedError, EnrolmentCodeError } from '../vault-errors.js';
import { BaseKeys } from './base-keys.service.js';
import { DeviceBook } from './enrol-device.service.js';
import { AuditLog } from '../audit/audit-log.js';

const CODE_MS = 15 * 60_000;
const CODE_CHARACTERS = 12;
const GUESSES_MAX = 5;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const ISSUE = sql(
  'vault_enrolment_issue',
  `insert into vault.enrolment_code as c (tenant_id, terminal_id, proof, profile, zone, expires_at, guesses, used_at)
   values ($1, $2, $3, $4, $5, $6, 0, null)
   on conflict (tenant_id, terminal_id) do update
     set proof = excluded.proof, profile = excluded.profile, zone = excluded.zone, expires_at = excluded.expires_at, guesses = 0, used_at = null`,
);
/** One statement: right code, in time, not used, not guessed at too often; a wrong one is counted. */
const USE = sql(
  'vault_enrolment_use',
  `update vault.enrolment_code set
     used_at = case when proof = $3 then $4::timestamptz else used_at end,
     guesses = guesses + case when proof = $3 then 0 else 1 end
   where tenant_id = $1 and terminal_id = $2 and used_at is null and expires_at > $4 and guesses < ${GUESSES_MAX}
   returning profile, zone, proof = $3 as right`,
);

/** A terminal that is to get a reader. */
export interface CodeRequest {
  readonly tenantId: string;
  readonly terminalId: string;
  readonly profileName: DukptProfileName;
  readonly zone: string;
  readonly requestId: string;
}

/** A reader that is to be loaded with its key. */
export interface LoadRequest {
  readonly tenantId: string;
  readonly terminalId: string;
  readonly code: string;
  /** Transport key that the loader has, too. */
  readonly wrappingKeyId: string;
  readonly requestId: string;
}

/** What a loader puts into the reader. */
export interface LoadAnswer {
  readonly deviceId: string;
  readonly initialKeyId: string;
  readonly profileName: string;
  /** Initial key under the transport key, usage B1. */
  readonly keyBlock: string;
}

/** One-use codes by terminal; a new one replaces the old one. */
@Injectable()
export class EnrolmentCodes {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @returns the code, shown once: 60 random bits, for a person to type */
  async issue(asked: CodeRequest): Promise<{ code: string; expiresAt: Date }> {
    const { tenantId, terminalId, profileName, zone, requestId } = asked;
    const code = Array.from({ length: CODE_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    const expiresAt = new Date(this.clock.now().getTime() + CODE_MS);
    await this.transactions.run({ tenantId }, async (tx) => {
      await tx.query(ISSUE, [tenantId, terminalId, proofOf(tenantId, terminalId, code), profileName, zone, expiresAt]);
      const facts = { profile: profileName, zone };
      this.audit.record(tx, {
        tenantId,
        operation: 'enrol_device',
        result: 'code_issued',
        requestId,
        terminalId,
        facts,
      });
    });
    return { code, expiresAt };
  }

  /** @throws EnrolmentCodeError */
  async use(asked: {
    tenantId: string;
    terminalId: string;
    code: string;
    requestId: string;
  }): Promise<{ profileName: DukptProfileName; zone: string }> {
    const { tenantId, terminalId, code, requestId } = asked;
    const row = await this.transactions.run({ tenantId }, async (tx) => {
      const proof = proofOf(tenantId, terminalId, code.toUpperCase());
      const values = [tenantId, terminalId, proof, this.clock.now()];
      const [used] = await tx.query<{ profile: DukptProfileName; zone: string; right: boolean }>(USE, values);
      const result = used?.right === true ? 'code_used' : 'code_refused';
      this.audit.record(tx, { tenantId, operation: 'enrol_device', result, requestId, terminalId });
      return used;
    });
    if (row?.right !== true) throw new EnrolmentCodeError();
    return { profileName: row.profile, zone: row.zone };
  }
}

/** Enrols readers in the field: a one-use code for a terminal, and the reader's first key as a key block for its loader. */
@Injectable()
export class DeviceLoader {
  constructor(
    private readonly book: DeviceBook,
    private readonly baseKeys: BaseKeys,
    private readonly keys: KeyBook,
    private readonly hsm: HsmProvider,
    private readonly codes: EnrolmentCodes,
  ) {}

  /**
   * A code for a terminal whose reader this HSM can serve and load: a code that cannot be used is not given out.
   * @throws DeviceUnservedError with the reason
   */
  async issueCode(request: CodeRequest): Promise<{ code: string; expiresAt: Date }> {
    await this.baseKeys.checkServed(DUKPT_PROFILES[request.profileName]);
    if (!(await this.hsm.capabilities()).operations.includes('exportInitialKey')) {
      throw new DeviceUnservedError(this.hsm.name, 'it gives initial keys to no loader');
    }
    return this.codes.issue(request);
  }

  /**
   * Use the code and make the reader known. The code is gone even when the loading fails: the next one takes seconds.
   * @throws EnrolmentCodeError wrong, used, older than 15 minutes, or guessed at: one answer
   * @throws BaseKeyMissingError, HsmError
   */
  async load(request: LoadRequest): Promise<LoadAnswer> {
    const { tenantId, requestId } = request;
    const { profileName, zone } = await this.codes.use(request);
    const profile: DukptProfile = DUKPT_PROFILES[profileName];
    const kbpk = await this.#transport(request.wrappingKeyId);
    const { scheme } = profile;
    const bdk = await this.baseKeys.forEnrolment(tenantId, zone, profile, requestId);
    const { id: deviceId, initialKeyId } = await this.book.add({ ...request, scheme }, bdk, profileName);
    const keyBlock = await this.hsm.exportInitialKey({ bdk, scheme, ikid: initialKeyId, kbpk });
    return { deviceId, initialKeyId, profileName, keyBlock };
  }

  async #transport(id: string): Promise<KeyRef> {
    const key = await this.keys.get(id);
    if (key?.purpose !== 'transport' || key.state !== 'active') throw new BaseKeyMissingError();
    return { provider: key.provider, id };
  }
}

function proofOf(tenantId: string, terminalId: string, code: string): Buffer {
  return createHash('sha256').update(`enrolment|${tenantId}|${terminalId}|${code}`).digest();
}
