import type { OpenAPIObject } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import { declaredRoutes, type DeclaredRoute } from '../access/route-audit.js';
import { CONTROLLERS } from '../api-routes.module.js';
import { exampleOf, type Schema } from '../docs/schema-view.js';

interface Operation {
  readonly parameters?: readonly { name: string; in: string; example?: unknown; schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { description: string; content?: Readonly<Record<string, { schema: Schema; example?: unknown }>> }>
  >;
  readonly summary?: string;
  readonly description?: string;
  readonly operationId?: string;
  readonly [extension: `x-${string}`]: unknown;
}

/** Every route of the public port, from the controllers alone: whoever adds one adds it to all suites that walk this list. */
export const ROUTES: readonly DeclaredRoute[] = declaredRoutes(CONTROLLERS);
export const GUARDED: readonly DeclaredRoute[] = ROUTES.filter(({ permission }) => permission !== undefined);

export const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path}`;

/** What the document says of a route; undefined for the pages of the documentation. */
export function operationOf(document: OpenAPIObject, { method, path }: DeclaredRoute): Operation | undefined {
  const template = path.replaceAll(/:([a-z_]+)/g, '{$1}');
  return document.paths[template]?.[method.toLowerCase() as 'get'] as Operation | undefined;
}

/** A real path: each id of the kind that the document's example shows. @param rowId what all of its ids name */
export function pathOf(document: OpenAPIObject, route: DeclaredRoute, rowId: string): string {
  const parameters = operationOf(document, route)?.parameters ?? [];
  return route.path.replaceAll(/:([a-z_]+)/g, (_, name: string) => {
    const parameter = parameters.find((each) => each.name === name && each.in === 'path');
    const shown = parameter?.example ?? parameter?.schema?.example;
    const example = typeof shown === 'string' ? shown : '';
    const prefix = /^([a-z]{3})_[0-9A-Z]{26}$/.exec(example)?.[1];
    return prefix === undefined ? 'order-1' : toWireId(prefix, rowId);
  });
}

/** The body that the document shows for a route, or undefined when it takes none. */
export function exampleBody(document: OpenAPIObject, route: DeclaredRoute): Record<string, unknown> | undefined {
  const schema = operationOf(document, route)?.requestBody?.content['application/json']?.schema;
  return schema === undefined ? undefined : (exampleOf(document, schema) as Record<string, unknown>);
}

/** Whether the route has a body of JSON to be wrong in: whatever is sent with the others must be empty, or a picture. */
export const takesBody = ({ method }: DeclaredRoute): boolean => method === 'POST' || method === 'PATCH';

/** A picture of one black pixel. */
export const PICTURE = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44ae426082',
  'hex',
);

/** What a request of this route sends when it sends what the document shows. */
export function sentBody(
  document: OpenAPIObject,
  route: DeclaredRoute,
): { payload?: object; headers: { 'content-type'?: string } } {
  if (operationOf(document, route)?.requestBody?.content['image/png'] !== undefined)
    return { payload: PICTURE, headers: { 'content-type': 'image/png' } };
  return takesBody(route) ? { payload: exampleBody(document, route) ?? {}, headers: {} } : { headers: {} };
}
