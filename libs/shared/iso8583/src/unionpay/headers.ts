import type { HeaderLayout } from '../interchange-header.js';

/**
 * In front of the MTI on a direct line to the switch, 46 bytes. A `rejectCode` other than 00000 says that the switch refused the message as a whole.
 * @source iso8583-1993.md §18.1
 */
export const INTERCHANGE_HEADER: HeaderLayout = {
  name: 'unionpay-interchange',
  parts: [
    { name: 'headerLength', bytes: 1, form: 'raw', start: '2E', rule: 'fixed', answer: 'start' },
    { name: 'version', bytes: 1, form: 'raw', start: '02', rule: 'fixed', answer: 'start' },
    { name: 'totalLength', bytes: 4, form: 'digits', start: '0000', rule: 'total-length', answer: 'start' },
    { name: 'destination', bytes: 11, form: 'text', start: '', answer: { from: 'source' } },
    { name: 'source', bytes: 11, form: 'text', start: '', answer: { from: 'destination' } },
    { name: 'reserved', bytes: 3, form: 'raw', start: '000000', answer: { from: 'reserved' } },
    { name: 'batch', bytes: 1, form: 'raw', start: '00', answer: { from: 'batch' } },
    { name: 'transactionInformation', bytes: 8, form: 'text', start: '00000000', answer: 'start' },
    { name: 'userInformation', bytes: 1, form: 'raw', start: '00', answer: { from: 'userInformation' } },
    { name: 'rejectCode', bytes: 5, form: 'digits', start: '00000', answer: 'start' },
  ],
};

/** In front of the MTI on a terminal line, behind the TPDU of the frame: six bytes that the answer repeats. @source iso8583-1993.md §18.1 */
export const APPLICATION_HEADER: HeaderLayout = {
  name: 'unionpay-application',
  parts: [{ name: 'application', bytes: 6, form: 'raw', start: '000000000000', answer: { from: 'application' } }],
};
