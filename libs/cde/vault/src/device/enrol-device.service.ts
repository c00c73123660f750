import { Injectable } from '@nestjs/common';
import type { EnrolDeviceAnswer, EnrolDeviceRequest } from '@tsunagu/contracts';
import { DUKPT_PROFILES, HsmProvider, type DukptProfile, type DukptProfileName, type KeyRef } from '@tsunagu/hsm';
import { Clock, invariant, newId } from '@tsunagu/kernel';
import { AppConfig, Transactions } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { EnrolmentRefusedError } from '../vault-errors.js';
import { BaseKeys } from './base-keys.service.js';
import { DeviceRegistry, type NewDevice } from './device-registry.js';
import { newInitialKeyId } from './initial-key-id.js';

/** Profile that a new device of a scheme gets. */
const PROFILE_OF: Readonly<Record<EnrolDeviceRequest['scheme'], DukptProfileName>> = {
  'AES-DUKPT': 'aes128-cbc-cmac-tlv',
  'TDES-DUKPT': 'tdes2-cbc-retail-track2',
};
/** A taken key id is drawn again; the TDES device part has only 19 bits. */
const DRAWS_MAX = 20;

/** Writes down a new device. */
@Injectable()
export class DeviceBook {
  constructor(
    private readonly transactions: Transactions,
    private readonly devices: DeviceRegistry,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @returns the device with a key id that nobody else has */
  async add(request: EnrolDeviceRequest, bdk: KeyRef, profileName = PROFILE_OF[request.scheme]): Promise<NewDevice> {
    const { tenantId, terminalId, scheme, requestId } = request;
    for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
      const initialKeyId = newInitialKeyId(bdk.id, scheme);
      const id = newId(this.clock.now());
      const device = { id, terminalId, profileName, initialKeyId, bdkId: bdk.id };
      const isAdded = await this.transactions.run({ tenantId }, async (tx) => {
        if (!(await this.devices.add(tx, device))) return false;
        const whose = { terminalId, deviceId: id, initialKeyId };
        this.audit.record(tx, { tenantId, operation: 'enrol_device', result: 'enrolled', requestId, ...whose });
        return true;
      });
      if (isAdded) return device;
    }
    invariant(false, 'a free key id is found within twenty draws');
  }
}

/** Enrols devices for the sandbox: its answer stands for what a key loading device would put into the reader. */
@Injectable()
export class EnrolDeviceService {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly book: DeviceBook,
    private readonly baseKeys: BaseKeys,
    private readonly config: AppConfig,
  ) {}

  /** @throws EnrolmentRefusedError production mode; HsmError */
  async enrol(request: EnrolDeviceRequest): Promise<EnrolDeviceAnswer> {
    if (this.config.isProduction) throw new EnrolmentRefusedError();
    const { tenantId, scheme } = request;
    const profile: DukptProfile = DUKPT_PROFILES[PROFILE_OF[scheme]];
    const bdk = await this.baseKeys.forEnrolment(tenantId, scheme.toLowerCase(), profile, request.requestId);
    const { initialKeyId, profileName } = await this.book.add(request, bdk);
    const initialKey = await this.hsm.exportClearInitialKey({ bdk, scheme, ikid: initialKeyId });
    const answer = {
      profileName,
      scheme,
      initialKey: initialKey.toString('hex').toUpperCase(),
      initialKeyId,
      payload: payloadOf(profile),
    };
    initialKey.fill(0);
    return answer;
  }
}

/** The profile in the words of the sandbox contract. */
function payloadOf(profile: DukptProfile): EnrolDeviceAnswer['payload'] {
  const { mode, iv, padding, mac, content, dataUsage, macInput } = profile;
  return { mode, iv, padding, mac, content, data_usage: dataUsage, mac_input: macInput };
}
