import type { Family } from '../family.js';
import { de55, panBrands, track2 } from './card-reading.js';
import { aesDukpt, tdesDukpt } from './dukpt-keys.js';
import { ksnCounters, updateKeys } from './dukpt-numbers.js';
import { ff1 } from './ff1.js';
import { isoMessages } from './iso8583.js';
import { cardVerification, emvCryptograms } from './issuer-values.js';
import { keyBlocks } from './key-blocks.js';
import { kcvs, macs } from './macs.js';
import { payloads } from './payloads.js';
import { pinBlocks, pinTranslation } from './pins.js';

/** Every family that this runner knows. */
export const FAMILIES: readonly Family[] = [
  tdesDukpt,
  aesDukpt,
  updateKeys,
  ksnCounters,
  payloads,
  pinBlocks,
  pinTranslation,
  keyBlocks,
  kcvs,
  macs,
  cardVerification,
  emvCryptograms,
  ff1,
  de55,
  track2,
  panBrands,
  isoMessages,
];
