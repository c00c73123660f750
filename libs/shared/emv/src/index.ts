export { FORBIDDEN_CLEAR_TAGS, forbiddenClearTag, readClearTags } from './clear-tags.js';
export { TlvFormatError, decodeTlv, encodeTlv, findTag, type TlvInput, type TlvItem } from './tlv.js';
