import type { Words } from './code-words.js';

/** One position of field 22. */
interface PosPosition {
  readonly meaning: string;
  readonly values: Words;
}

/** Field 22, positions 1 to 12; letters are private to TSN-93. @source iso8583-1993.md §7 */
export const POS_POSITIONS: readonly PosPosition[] = [
  {
    meaning: 'card data input capability',
    values: {
      0: 'unknown',
      1: 'manual, no terminal',
      2: 'magnetic stripe',
      3: 'bar code',
      4: 'OCR',
      5: 'ICC',
      6: 'key entry',
      M: 'ICC contact and contactless',
    },
  },
  {
    meaning: 'cardholder authentication capability',
    values: {
      0: 'none',
      1: 'PIN',
      2: 'electronic signature',
      3: 'biometrics',
      4: 'biographic',
      5: 'electronic authentication inoperative',
      6: 'other',
    },
  },
  { meaning: 'card capture capability', values: { 0: 'no', 1: 'yes' } },
  {
    meaning: 'operating environment',
    values: {
      0: 'no terminal',
      1: 'on premises, attended',
      2: 'on premises, unattended',
      3: 'off premises, attended',
      4: 'off premises, unattended',
      5: "at the cardholder's, unattended",
    },
  },
  {
    meaning: 'cardholder present',
    values: {
      0: 'present',
      1: 'not present',
      2: 'mail order',
      3: 'telephone',
      4: 'standing authorization',
      S: 'e-commerce',
    },
  },
  { meaning: 'card present', values: { 0: 'no', 1: 'yes' } },
  {
    meaning: 'card data input mode',
    values: {
      0: 'unspecified',
      1: 'manual',
      2: 'magnetic stripe',
      3: 'bar code',
      4: 'OCR',
      5: 'ICC',
      6: 'key entry',
      M: 'contactless ICC',
      F: 'fallback to stripe',
      S: 'e-commerce',
      T: 'stored credential',
    },
  },
  {
    meaning: 'cardholder authentication method',
    values: {
      0: 'none',
      1: 'PIN',
      2: 'electronic signature',
      3: 'biometrics',
      4: 'biographic',
      5: 'manual signature',
      6: 'other',
      S: '3-D Secure authenticated',
      A: '3-D Secure attempted',
      D: 'consumer device',
    },
  },
  {
    meaning: 'who authenticated',
    values: {
      0: 'nobody',
      1: 'ICC (offline PIN)',
      2: 'terminal',
      3: 'authorizing agent (online PIN, ACS)',
      4: 'merchant',
      5: 'other',
    },
  },
  {
    meaning: 'card data output capability',
    values: { 0: 'unknown', 1: 'none', 2: 'stripe write', 3: 'ICC' },
  },
  {
    meaning: 'terminal output capability',
    values: { 0: 'unknown', 1: 'none', 2: 'print', 3: 'display', 4: 'print and display' },
  },
  {
    meaning: 'PIN capture',
    values: {
      0: 'none',
      1: 'unknown',
      4: '4 digits',
      5: '5 digits',
      6: '6 digits',
      7: '7 digits',
      8: '8 digits',
      9: '9 digits',
      A: '10 digits',
      B: '11 digits',
      C: '12 digits',
    },
  },
];
