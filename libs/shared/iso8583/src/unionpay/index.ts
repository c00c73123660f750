export { unionPayActionCode, unionPayTransaction, UNIONPAY_TABLES, UNIONPAY_TRANSACTIONS } from './answers.js';
export type { UnionPayTransaction } from './answers.js';
export { answerHeader } from '../interchange-header.js';
export { APPLICATION_HEADER, INTERCHANGE_HEADER } from './headers.js';
