export { CodecError, type CodecErrorCode } from './codec-error.js';
export { IsoMessage, mask, type FieldContent, type FieldValue } from './iso-message.js';
export { compileSpec, type Codec, type Dissection } from './codec.js';
export { defineSpec, type Spec } from './spec.js';
export { SpecError, readSpec } from './read-spec.js';
export { validator, type MessageIssue, type Validator } from './validator.js';
export { type WireProfileName } from './wire-profile.js';
export { FRAMINGS, FrameDecoder, frame, type Framing } from './framing.js';
export type { FieldSpan } from './codec.js';
export { presenceIssues, type PresenceIssue } from './presence.js';
export {
  conversionRate,
  rrn,
  originalDataElements,
  readOriginalDataElements,
  type OriginalData,
} from './constructed-fields.js';
export { posDataCode, type PosLetters, type PosSituation } from './pos-data-code.js';
export { readPrivateTlv, writePrivateTlv } from './private-tlv.js';
export { matchingKey, responseMti } from './message-type.js';
export { classifyAction, type ActionMeaning } from './action-code.js';
