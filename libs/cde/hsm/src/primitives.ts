/**
 * The pure functions behind the HSM port, for the conformance runner, the bench and tests. They take clear keys, so no app may
 * import this door: the boundary check allows libs and apps the index alone.
 */
export { BinTable, brandOf, networksOf } from './card/bin-table.js';
export { CardFormatError } from './card/card-format-error.js';
export { readCardContent } from './card/card-content.js';
export { hasLuhnDigit, maskPan } from './card/pan.js';
export { readTag57, readTrack2, type Track2 } from './card/track2.js';
export { cardValue, isCardValue, type CardValueType } from './card-value/card-value.js';
export {
  KEY_BYTES,
  cbcEncrypt,
  decryptData,
  ecbDecrypt,
  ecbEncrypt,
  encryptData,
  type CipherFamily,
} from './cipher/block-cipher.js';
export {
  AES_USAGE,
  aesContext,
  aesInitialKey,
  aesTransactionKey,
  aesTypeOf,
  aesUpdateKey,
  aesWorkingKey,
  derivationData,
  type DerivedType,
} from './dukpt/aes-dukpt.js';
export { DUKPT_PROFILES, type DukptProfile } from './dukpt/dukpt-profile.js';
export { Ksn } from './dukpt/ksn.js';
export { addPadding } from './dukpt/payload.js';
export { PayloadReader } from './dukpt/payload-reader.js';
export { TerminalDukpt, type TerminalPayload } from './dukpt/terminal-dukpt.js';
export { tdesInitialKey, tdesTransactionKey, tdesWorkingKey, type TdesUse } from './dukpt/tdes-dukpt.js';
export { initialKeyOf, workingKeyFromInitial } from './dukpt/working-key.js';
export {
  checkCryptogram,
  cryptogram,
  cryptogramData,
  issuerAuthentication,
  responseCryptogram,
} from './emv/cryptogram.js';
export { CRYPTOGRAM_VERSIONS, type CryptogramVersion } from './emv/cryptogram-versions.js';
export { iccMasterKey, type IccDerivation } from './emv/icc-master-key.js';
export { sessionKey, type SessionMethod } from './emv/session-key.js';
export { ff1Decrypt, ff1Encrypt } from './ff1/ff1.js';
export { KeyBlockError } from './key-block/key-block-error.js';
export { openKeyBlock, sealKeyBlock } from './key-block/key-block.js';
export type { KeyBlockHeader } from './key-block/key-block-header.js';
export { cmac } from './mac/cmac.js';
export { cbcMac, retailMac, type MacPadding } from './mac/iso9797.js';
export { kcvCmac, kcvEcb, keyCheckValue } from './mac/kcv.js';
export { computeMac } from './mac/mac.js';
export { decipherFormat4, decodePinBlock, encipherFormat4, encodePinBlock, panField16 } from './pin/pin-block.js';
export { translatePinBlock, type PinKeySide } from './pin/pin-translation.js';
export { SoftToken, softTokenLack } from './pkcs11/testing/soft-token.js';
export { sealKey, type KeyHeader } from './software/key-file.js';
export { SoftwareHsm } from './software/software-hsm.js';
export { HsmError } from './provider/hsm-error.js';
export * from './provider/hsm-provider.js';
export { profileLack } from './provider/profile-check.js';
