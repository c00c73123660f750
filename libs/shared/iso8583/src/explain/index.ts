export { actionWords, explainMessage, mtiWords, type ExplainedField } from './explain-message.js';
export type { Part } from './parts.js';
