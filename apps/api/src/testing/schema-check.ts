import type { OpenAPIObject } from '@nestjs/swagger';
import { invariant } from '@tsunagu/kernel';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * What of a reply is not as the document promises: a wrong or missing field, and one that nobody documented.
 * The part of JSON Schema that our own document uses; a keyword it does not know is not checked.
 */
export function schemaErrors(document: OpenAPIObject, schema: Schema, value: unknown, at = ''): string[] {
  if (schema.$ref !== undefined) return schemaErrors(document, referenced(document, schema.$ref), value, at);
  if (schema.anyOf !== undefined) {
    const tries = schema.anyOf.map((option) => schemaErrors(document, option, value, at));
    return tries.find((errors) => errors.length === 0) ?? tries[0] ?? [];
  }
  const all = (schema.allOf ?? []).flatMap((part) => schemaErrors(document, part, value, at));
  return [...all, ...typeErrors(schema, value, at), ...childErrors(document, schema, value, at)];
}

function referenced(document: OpenAPIObject, reference: string): Schema {
  const schema = document.components?.schemas?.[reference.split('/').at(-1) ?? ''];
  invariant(schema !== undefined, 'a reference of the document leads somewhere', { reference });
  return schema as Schema;
}

function typeErrors(schema: Schema, value: unknown, at: string): string[] {
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType(String(type), value)))
    return [`${at} is no ${types.join('|')}`];
  if (value === null) return [];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is not one of its values`];
  return isWithin(schema, value) ? [] : [`${at} does not keep its pattern or range`];
}

function isWithin(schema: Schema, value: unknown): boolean {
  if (typeof value === 'string') return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
  return typeof value !== 'number' || (value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value));
}

function childErrors(document: OpenAPIObject, schema: Schema, value: unknown, at: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => schemaErrors(document, schema.items ?? {}, item, `${at}/${index}`));
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return [];
  const object = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((name) => !(name in object)).map((name) => `${at}/${name} is missing`);
  const children = Object.entries(object).flatMap(([name, child]) => {
    const property = schema.properties?.[name];
    return property === undefined
      ? [`${at}/${name} is not documented`]
      : schemaErrors(document, property, child, `${at}/${name}`);
  });
  return [...missing, ...children];
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** What of a reply contradicts the document, for the route that gave it. */
export function replyErrors(
  document: OpenAPIObject,
  asked: { method: string; path: string },
  reply: { status: number; body: unknown },
): string[] {
  const route = Object.entries(document.paths).find(([template]) => {
    const pattern = new RegExp(`^${template.replaceAll(/\{[a-z_]+\}/g, '[^/]+')}$`);
    return pattern.test(asked.path);
  });
  const operation = route?.[1][asked.method.toLowerCase() as 'get'];
  if (operation === undefined) return [];
  const response = operation.responses[reply.status] as { content?: Record<string, { schema: Schema }> } | undefined;
  const type = reply.status < 400 ? 'application/json' : 'application/problem+json';
  const schema = response?.content?.[type]?.schema;
  return schema === undefined ? [`${reply.status} is not documented`] : schemaErrors(document, schema, reply.body);
}
