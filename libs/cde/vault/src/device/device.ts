import type { DukptProfile, KeyRef } from '@tsunagu/hsm';

/** A reader that was enrolled for one terminal. */
export interface Device {
  readonly id: string;
  readonly terminalId: string;
  readonly initialKeyId: string;
  readonly profile: DukptProfile;
  readonly bdk: KeyRef;
  readonly state: 'active' | 'suspended' | 'retired';
}
