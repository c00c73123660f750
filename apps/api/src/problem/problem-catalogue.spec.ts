import { describe, expect, it } from 'vitest';
import { errorMarkdown, errorPage } from '../docs/error-page.js';
import { FIELD_TEXTS } from './field-texts.js';
import { problemBody } from './problem-reply.js';
import { PROBLEMS, type ProblemCode } from './problem-catalogue.js';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const ASKED = { requestId: 'req_1', path: '/v1/payments' };

describe('the texts of errors', () => {
  it('exist in both languages for every code and every field code', () => {
    const missing = CODES.filter((code) => {
      const { title, fix, detail, status } = PROBLEMS[code];
      const texts = [title.ja, title.en, fix.ja, fix.en, ...(status < 500 ? [detail.ja, detail.en] : [])];
      return texts.some((text) => text.length === 0);
    });
    expect(missing).toEqual([]);
    expect(Object.values(FIELD_TEXTS).every(({ ja, en }) => ja.length > 1 && en.length > 1)).toBe(true);
  });

  it('never say that a money call failed when the house is in trouble', () => {
    for (const code of CODES.filter((each) => PROBLEMS[each].status >= 500)) {
      expect(['retry_same_key', 'read_resource']).toContain(PROBLEMS[code].nextAction);
      expect(Object.keys(problemBody({ code }, 'en', ASKED))).not.toContain('detail');
    }
  });

  it('never call a key unique per request: it names a purchase [B8]', () => {
    for (const code of CODES)
      expect(JSON.stringify(PROBLEMS[code])).not.toMatch(/unique (for|per) (every |each )?request/i);
  });

  it('have a page with cause, fix and example for every code', () => {
    for (const code of CODES) {
      expect(errorMarkdown(code)).toMatch(/## Cause[\s\S]+## Fix[\s\S]+## Example/);
      expect(errorPage(code)).toContain(`<code>${code}</code>`);
    }
  });

  it('show no fact that is not on the list', () => {
    const facts = { current_status: 'captured', tenantId: 'x', sql: 'select' };
    expect(problemBody({ code: 'state_conflict', facts }, 'en', ASKED)).toMatchObject({ current_status: 'captured' });
    expect(JSON.stringify(problemBody({ code: 'state_conflict', facts }, 'en', ASKED))).not.toMatch(/select|tenantId/);
  });
});
