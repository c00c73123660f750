import type { CipherMode, Dukpt, MacAlg } from '../provider/hsm-provider.js';

/** How the devices of one model and key set encrypt. Data, not code: a new device model is a new row. */
export interface DukptProfile {
  readonly scheme: Dukpt['scheme'];
  readonly bdkType: 'AES128' | 'AES192' | 'AES256' | 'TDES2';
  readonly workingKeyType: 'AES128' | 'AES192' | 'AES256' | 'TDES2' | 'TDES3';
  /** AES usage 3000 (request) or 3002 (both). */
  readonly dataUsage: 'request' | 'both';
  readonly mode: CipherMode;
  readonly iv: 'zero' | 'explicit';
  readonly padding: 'PKCS7' | 'ISO9797-2' | 'ZERO' | 'NONE';
  readonly mac: MacAlg | 'none';
  readonly macInput: 'ksn|iv|cipher' | 'ksn|cipher';
  readonly content: 'TRACK2_ASCII' | 'TLV' | 'PAN_ENTRY';
  readonly tdesDataKey?: Dukpt['tdesDataKey'];
  /** How many usable counters a late, never seen message may lie behind the newest. */
  readonly replayWindow: number;
}

/** Profiles by name, as stored with a device. */
export const DUKPT_PROFILES = {
  'aes128-cbc-cmac-tlv': {
    scheme: 'AES-DUKPT',
    bdkType: 'AES128',
    workingKeyType: 'AES128',
    dataUsage: 'request',
    mode: 'CBC',
    iv: 'explicit',
    padding: 'PKCS7',
    mac: 'AES-CMAC-16',
    macInput: 'ksn|iv|cipher',
    content: 'TLV',
    replayWindow: 256,
  },
  'tdes2-cbc-retail-track2': {
    scheme: 'TDES-DUKPT',
    bdkType: 'TDES2',
    workingKeyType: 'TDES2',
    dataUsage: 'request',
    mode: 'CBC',
    iv: 'zero',
    padding: 'ISO9797-2',
    mac: 'RETAIL-4',
    macInput: 'ksn|cipher',
    content: 'TRACK2_ASCII',
    replayWindow: 256,
  },
} as const satisfies Record<string, DukptProfile>;

export type DukptProfileName = keyof typeof DUKPT_PROFILES;
