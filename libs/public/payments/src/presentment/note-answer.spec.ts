import { describe, expect, it } from 'vitest';
import type { Presentment } from '@tsunagu/contracts';
import { noteAnswer } from './note-answer.js';

const shown: Presentment = { cvm: null, fallback: null, application: null, hasPin: false, emv: { '9F26': '00' } };
const answer = (more: object) => ({ state: 'approved', actionCode: '000', emvResponse: null, ...more }) as const;

describe('what an answer adds to the record of a reading', () => {
  it('demands a signature when the approval does, whatever the till thought enough', () => {
    expect(noteAnswer(shown, answer({ actionCode: '001' }))?.cvm).toBe('signature');
    expect(noteAnswer({ ...shown, cvm: 'offline_pin' }, answer({ actionCode: '001' }))?.cvm).toBe(
      'offline_pin_and_signature',
    );
    expect(noteAnswer(shown, answer({ actionCode: '001', state: 'declined' }))?.cvm).toBeNull();
    expect(noteAnswer(shown, answer({}))).toEqual(shown);
  });

  it('keeps the response code for the slip, and nothing of what cannot be read', () => {
    const own = { '9F26': '00' };
    const after = (emvResponse: string) => noteAnswer(shown, answer({ emvResponse }))?.emv;
    expect(after('910A1122334455667788303172039F1800')).toEqual({ ...own, '8A': '3031' });
    expect(after('91081122334455667788')).toEqual(own); // a card status is no response code
    expect(noteAnswer(shown, answer({ emvResponse: '8A023030910A11223344556677883031' }))?.emv).toEqual({
      '9F26': '00',
      '8A': '3030',
    });
    expect(noteAnswer({ ...shown, emv: null }, answer({ emvResponse: '8A023030' }))?.emv).toEqual({ '8A': '3030' });
    expect(noteAnswer(shown, answer({ emvResponse: '8A0230' }))).toEqual(shown);
    expect(noteAnswer(null, answer({ emvResponse: '8A023030' }))).toBeNull();
  });
});
