import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Controller, Get, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PublishedDocument } from '../docs/published-document.js';
import { aPayment, type FakePayments } from '../testing/fake-payments.js';
import { apiUnderTest, OTHER_TENANT, TENANT } from '../testing/api-under-test.js';
import { GUARDED, nameOf, operationOf, pathOf, ROUTES, sentBody } from '../testing/generated-routes.js';
import { Idempotency, Permission, PublicRoute } from './permission.decorator.js';
import { auditRoutes, declaredRoutes, type DeclaredRoute } from './route-audit.js';

let app: NestFastifyApplication;
let payments: FakePayments;
let document: OpenAPIObject;
const foreign = aPayment({ tenantId: OTHER_TENANT });

beforeAll(async () => {
  ({ app, payments } = await apiUnderTest());
  document = app.get(PublishedDocument).get();
  payments.rows.push(foreign);
});
afterAll(() => app.close());

function call(route: DeclaredRoute, headers: Record<string, string>, id = foreign.id) {
  const sent = sentBody(document, route);
  return app.inject({
    method: route.method as 'GET',
    url: pathOf(document, route, id),
    headers: { ...(route.method === 'POST' ? { 'idempotency-key': 'k1' } : {}), ...sent.headers, ...headers },
    payload: sent.payload,
  });
}

describe('every route of the list', () => {
  it('is a route that the server knows and the document describes, and there are no others', () => {
    const server = app.getHttpAdapter().getInstance();
    const unknown = ROUTES.filter(({ method, path }) => !server.hasRoute({ method: method as 'GET', url: path }));
    expect(unknown.map(nameOf)).toEqual([]);
    expect(GUARDED.filter((route) => operationOf(document, route) === undefined).map(nameOf)).toEqual([]);
    const described = Object.values(document.paths).flatMap((item) => Object.keys(item));
    expect(described).toHaveLength(GUARDED.length);
  });

  it.each(GUARDED.map((route) => [nameOf(route), route] as const))('%s needs a credential [E1]', async (_, route) => {
    for (const authorization of [undefined, '', 'Basic YTpi', 'Bearer ', 'Bearer a b', 'bearer all']) {
      const reply = await call(route, authorization === undefined ? {} : { authorization });
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([401, 'authentication_required']);
      expect(reply.headers['www-authenticate']).toContain('Bearer');
    }
    const reply = await call(route, { authorization: 'Bearer tsk_test_wrong' });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([401, 'api_key_invalid']);
  });

  it.each(GUARDED.map((route) => [nameOf(route), route] as const))('%s needs its permission', async (_, route) => {
    const reply = await call(route, { authorization: 'Bearer none' });
    expect(reply.statusCode).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'permission_denied', permission: route.permission });
  });

  it.each(GUARDED.filter(({ path }) => path.includes(':id')).map((route) => [nameOf(route), route] as const))(
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
