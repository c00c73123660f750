import { AppError } from '@tsunagu/kernel';
import type { Device } from './device.js';

/** What is done to a reader. `lose` is for one that is lost or stolen: it never works again under this key. */
export const DEVICE_MOVES = ['suspend', 'resume', 'retire', 'lose'] as const;
export type DeviceMove = (typeof DEVICE_MOVES)[number];

/** A move leading back to its own state is a repeat we accept; a missing one is forbidden. */
const TABLE = {
  active: { suspend: 'suspended', resume: 'active', retire: 'retired', lose: 'retired' },
  suspended: { suspend: 'suspended', resume: 'active', retire: 'retired', lose: 'retired' },
  retired: { retire: 'retired', lose: 'retired' },
} as const satisfies Record<Device['state'], Partial<Record<DeviceMove, Device['state']>>>;

/** The table has no such move. */
export class DeviceMoveError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(from: Device['state'], move: DeviceMove) {
    super(`a device that is ${from} cannot ${move}`, { from, move });
  }
}

/** @throws DeviceMoveError the table has no such move */
export function advanceDevice(from: Device['state'], move: DeviceMove): Device['state'] {
  const moves: Partial<Record<DeviceMove, Device['state']>> = TABLE[from];
  const to = moves[move];
  if (to === undefined) throw new DeviceMoveError(from, move);
  return to;
}
