import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { DeclaredRoute } from '../access/route-audit.js';
import { aPayment, type FakePayments } from '../testing/fake-payments.js';
import { apiUnderTest, TENANT, TERMINAL } from '../testing/api-under-test.js';
import { GUARDED, nameOf, operationOf, pathOf, sentBody } from '../testing/generated-routes.js';
import { replyErrors, schemaErrors } from '../testing/schema-check.js';
import { PublishedDocument } from './published-document.js';

const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
let app: NestFastifyApplication;
let payments: FakePayments;
let document: OpenAPIObject;
const payment = aPayment({ tenantId: TENANT, terminalId: TERMINAL });

beforeAll(async () => {
  ({ app, payments } = await apiUnderTest());
  document = app.get(PublishedDocument).get();
});
afterAll(() => app.close());

const routes = GUARDED.map((route) => [nameOf(route), route] as const);

describe('the published document', () => {
  it.each(routes)(
    'says of %s who may use it, how a repeat is recognised, what can go wrong, and shows how',
    (_, route) => {
      const operation = described(route);
      expect(operation['x-tsunagu-permission']).toBe(route.permission);
      expect(operation['x-tsunagu-idempotency']).toBe(route.idempotency);
      expect(bilingualTroubles(operation.summary ?? '')).toEqual([]);
      expect(operation.description?.length).toBeGreaterThan(10);
      const answers = Object.entries(operation.responses);
      const problems = answers.filter(([status]) => Number(status) >= 400);
      expect(problems.map(([status]) => status)).toEqual(expect.arrayContaining(['401', '403', '429', '500']));
      for (const [, { description }] of problems) expect(description).toMatch(/^`[a-z_]+`(?:, `[a-z_]+`)*$/);
      expect(exampleTroubles(answers)).toEqual([]);
    },
  );

  it.each(routes)('shows an example of %s that can be sent as it is', async (_, route) => {
    payments.rows.splice(0, payments.rows.length, payment);
    const sent = sentBody(document, route);
    const url = pathOf(document, route, route.path.includes('terminals') ? TERMINAL : payment.id);
    const key = { 'idempotency-key': '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b02' };
    const headers = { authorization: 'Bearer all', ...(route.method === 'POST' ? key : {}), ...sent.headers };
    const reply = await app.inject({
      method: route.method as 'GET',
      url,
      headers,
      payload: sent.payload,
    });
    // Absent is an answer about our rows, not about the example: what the document shows is well-formed, and it is allowed.
    expect({ status: reply.statusCode, body: reply.statusCode < 400 ? undefined : reply.json<object>() }).toEqual(
      expect.objectContaining({ status: expect.toSatisfy((status: number) => status < 300 || status === 404) }),
    );
    if (!String(reply.headers['content-type']).includes('json')) return;
    expect(
      replyErrors(document, { method: route.method, path: url }, { status: reply.statusCode, body: reply.json() }),
    ).toEqual([]);
  });

  it('is executed for the routes of money with an answer of success', async () => {
    payments.rows.splice(0, payments.rows.length, payment);
    for (const [, route] of routes.filter(([, { path }]) => path.startsWith('/v1/payments'))) {
      if (route.path.endsWith('/stream')) continue;
      const url = pathOf(document, route, payment.id);
      const sent = sentBody(document, route);
      const headers = {
        ...sent.headers,
        authorization: 'Bearer all',
        'idempotency-key': `k-${nameOf(route).replaceAll(/[^a-z]/g, '')}`,
      };
      const reply = await app.inject({ method: route.method as 'GET', url, headers, payload: sent.payload });
      expect({ route: nameOf(route), status: reply.statusCode }).toEqual({
        route: nameOf(route),
        status: expect.toSatisfy((status: number) => status < 300),
      });
    }
  });
});

type Answers = [string, { content?: Readonly<Record<string, { schema: object; example?: unknown }>> }][];

/** Answers of success without an example, or with one that is not as its own schema says. */
function exampleTroubles(answers: Answers): string[] {
  const good = answers.filter(([status]) => status.startsWith('2'));
  const contents = good.flatMap(([status, { content = {} }]) =>
    Object.entries(content).map((each) => [status, each] as const),
  );
  if (contents.length === 0) return ['no answer of success'];
  return contents.flatMap(([status, [type, { schema, example }]]) => {
    if (example === undefined) return [`${status} has no example`];
    return type === 'application/json' ? schemaErrors(document, schema, example) : [];
  });
}

function described(route: DeclaredRoute): NonNullable<ReturnType<typeof operationOf>> {
  const operation = operationOf(document, route);
  if (operation === undefined) throw new Error(`${nameOf(route)} is not in the document`);
  return operation;
}

/** `日本語 · English`. */
function bilingualTroubles(summary: string): string[] {
  const [ja = '', en = ''] = summary.split(' · ');
  return JAPANESE.test(ja) && en.length > 3 && !JAPANESE.test(en) ? [] : [`${summary} is not in both languages`];
}
