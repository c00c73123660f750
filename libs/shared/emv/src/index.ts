export { CHIP_RECORD_TAGS, chipRecord, chipText } from './chip-record.js';
export { FORBIDDEN_CLEAR_TAGS, forbiddenClearTag, readClearTags } from './clear-tags.js';
export { holderProof, readCardQualifiers, readCvmResults, type CvmMethod, type HolderProof } from './holder-proof.js';
export { TlvFormatError, decodeTlv, encodeTlv, findTag, type TlvInput, type TlvItem } from './tlv.js';
