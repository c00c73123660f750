import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Controller, Get, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { toWireId } from '@tsunagu/kernel';
import { CONTROLLERS } from '../api-routes.module.js';
import { aPayment, type FakePayments } from '../testing/fake-payments.js';
import { anOrder, apiUnderTest, OTHER_TENANT, TENANT } from '../testing/api-under-test.js';
import { Idempotency, Permission, PublicRoute } from './permission.decorator.js';
import { auditRoutes, declaredRoutes } from './route-audit.js';

const ROUTES = declaredRoutes(CONTROLLERS);
const GUARDED = ROUTES.filter(({ permission }) => permission !== undefined);
const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

let app: NestFastifyApplication;
let payments: FakePayments;
const foreign = aPayment({ tenantId: OTHER_TENANT });

beforeAll(async () => {
  ({ app, payments } = await apiUnderTest());
  payments.rows.push(foreign);
});
afterAll(() => app.close());

const PREFIXES: readonly [string, string][] = [['/payments/', 'pay'], ['/terminals/', 'trm'], ['/events/', 'evt'], ['/webhook-endpoints/', 'whe']]; // prettier-ignore

/** A real path of a route; `id` is a row id. */
function pathOf(template: string, id: string): string {
  const prefix = PREFIXES.find(([folder]) => template.includes(folder))?.[1] ?? 'pay';
  return template.replace(':id', toWireId(prefix, id)).replace(':client_reference', 'order-1');
}

function call(route: { method: string; path: string }, headers: Record<string, string>, id = foreign.id) {
  const isPost = route.method === 'POST';
  const body = isPost && route.path === '/v1/payments' ? anOrder() : route.method === 'GET' ? undefined : {};
  return app.inject({
    method: route.method as 'GET' | 'POST' | 'PATCH',
    url: pathOf(route.path, id),
    headers: { ...(isPost ? { 'idempotency-key': 'k1' } : {}), ...headers },
    payload: body,
  });
}

describe('every route of the list', () => {
  it('is in the list', () => {
    expect(ROUTES.map(name).sort()).toMatchInlineSnapshot(`
      [
        "GET /docs",
        "GET /docs/errors/:code",
        "GET /docs/style.css",
        "GET /openapi.json",
        "GET /v1/attempts/:client_reference",
        "GET /v1/events",
        "GET /v1/events/:id",
        "GET /v1/payments",
        "GET /v1/payments/:id",
        "GET /v1/payments/:id/stream",
        "GET /v1/terminals/:id/open-payments",
        "GET /v1/webhook-endpoints",
        "PATCH /v1/webhook-endpoints/:id",
        "POST /v1/attempts/:client_reference/ensure-cancelled",
        "POST /v1/payments",
        "POST /v1/payments/:id/cancel",
        "POST /v1/payments/:id/captures",
        "POST /v1/payments/:id/refunds",
        "POST /v1/webhook-endpoints",
      ]
    `);
  });

  it.each(GUARDED.map((route) => [name(route), route] as const))('%s needs a credential [E1]', async (_, route) => {
    for (const authorization of [undefined, '', 'Basic YTpi', 'Bearer ', 'Bearer a b', 'bearer all']) {
      const reply = await call(route, authorization === undefined ? {} : { authorization });
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([401, 'authentication_required']);
      expect(reply.headers['www-authenticate']).toContain('Bearer');
    }
    const reply = await call(route, { authorization: 'Bearer tsk_test_wrong' });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([401, 'api_key_invalid']);
  });

  it.each(GUARDED.map((route) => [name(route), route] as const))('%s needs its permission', async (_, route) => {
    const reply = await call(route, { authorization: 'Bearer none' });
    expect(reply.statusCode).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'permission_denied', permission: route.permission });
  });

  it.each(GUARDED.filter(({ path }) => path.includes(':id')).map((route) => [name(route), route] as const))(
    "%s answers another tenant's id like one that does not exist [E4]",
    async (_, route) => {
      const [theirs, nobodys] = await Promise.all([
        call(route, { authorization: 'Bearer all', 'request-id': 'same-request' }),
        call(route, { authorization: 'Bearer all', 'request-id': 'same-request' }, aPayment().id),
      ]);
      const faceOf = (reply: typeof theirs) => {
        const { instance: _instance, ...rest } = reply.json<Record<string, unknown>>();
        return { status: reply.statusCode, rest };
      };
      expect(theirs.statusCode).toBe(404);
      expect(faceOf(theirs)).toEqual(faceOf(nobodys));
    },
  );

  it('leaves what belongs to another tenant as it was', () => {
    expect(payments.rows.find(({ id }) => id === foreign.id)).toEqual(foreign);
    expect(payments.rows.some(({ tenantId }) => tenantId === TENANT)).toBe(false);
  });
});

describe('start-up', () => {
  class Bare {
    read(): void {}
  }

  it('refuses a route without a permission, and one that is both guarded and public', () => {
    Controller('bare')(Bare);
    const method = Object.getOwnPropertyDescriptor(Bare.prototype, 'read') as PropertyDescriptor;
    Get()(Bare.prototype, 'read', method);
    expect(() => auditRoutes(declaredRoutes([Bare]))).toThrow('a route declares its permission');
    Permission('payments:read')(Bare.prototype, 'read', method);
    expect(() => auditRoutes(declaredRoutes([Bare]))).not.toThrow();
    PublicRoute('because')(Bare.prototype, 'read', method);
    expect(() => auditRoutes(declaredRoutes([Bare]))).toThrow('a route declares its permission');
  });

  it('refuses a POST that does not say how a repeat is recognised [B1]', () => {
    class Mover {
      move(): void {}
    }
    Controller('mover')(Mover);
    const method = Object.getOwnPropertyDescriptor(Mover.prototype, 'move') as PropertyDescriptor;
    Post()(Mover.prototype, 'move', method);
    Permission('payments:write')(Mover.prototype, 'move', method);
    expect(() => auditRoutes(declaredRoutes([Mover]))).toThrow('a POST declares its idempotency');
    Idempotency('required')(Mover.prototype, 'move', method);
    expect(() => auditRoutes(declaredRoutes([Mover]))).not.toThrow();
  });
});
