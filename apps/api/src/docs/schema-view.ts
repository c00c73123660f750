import type { OpenAPIObject } from '@nestjs/swagger';
import { escapeHtml, prose } from './html.js';

/** The part of a JSON schema that a reader needs. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly description?: string;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
}

/** Follow references and wrappers to the schema that holds the fields. */
export function resolve(document: OpenAPIObject, schema: Schema): Schema {
  const inner = schema.$ref === undefined ? (schema.allOf ?? schema.anyOf ?? schema.oneOf)?.[0] : undefined;
  if (inner !== undefined) return resolve(document, inner);
  const name = schema.$ref?.split('/').at(-1);
  if (name === undefined) return schema;
  return (document.components?.schemas?.[name] ?? {}) as Schema;
}

/** A table of fields, nested ones with their path. */
export function fieldTable(document: OpenAPIObject, schema: Schema): string {
  const rows = fieldRows(document, resolve(document, schema), '', 0);
  return rows.length === 0
    ? '<p class="soft">–</p>'
    : `<table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>${rows.join('')}</table>`;
}

function fieldRows(document: OpenAPIObject, schema: Schema, prefix: string, depth: number): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const isNeeded = schema.required?.includes(name) === true;
    const target = property.type === 'array' ? resolve(document, property.items ?? {}) : resolve(document, property);
    const path = `${prefix}${name}${property.type === 'array' ? '[]' : ''}`;
    const children =
      depth < 2 && target.properties !== undefined ? fieldRows(document, target, `${path}.`, depth + 1) : [];
    return [row(path, { ...target, ...property }, isNeeded), ...children];
  });
}

function row(path: string, schema: Schema, isNeeded: boolean): string {
  const need = isNeeded ? ' <span class="need">required</span>' : '';
  const values = schema.enum ?? schema.items?.enum;
  const list =
    values === undefined
      ? ''
      : `<br><span class="soft">${values.map((each) => escapeHtml(String(each))).join(' · ')}</span>`;
  const about = schema.description === undefined ? '' : prose(schema.description);
  return `<tr><td><code>${escapeHtml(path)}</code>${need}</td><td>${escapeHtml(typeName(schema))}${list}</td><td>${about}</td></tr>`;
}

function typeName(schema: Schema): string {
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type as string | undefined);
  return schema.format ?? type ?? 'object';
}

/** An example value made from the examples of the fields: the required ones, or those with an example when none is. */
export function exampleOf(document: OpenAPIObject, schema: Schema): unknown {
  const given = schema.example ?? schema.examples?.[0];
  if (given !== undefined) return given;
  const target = resolve(document, schema);
  if (target.example !== undefined) return target.example;
  if (target.enum !== undefined) return target.enum[0];
  if (target.properties === undefined) return target.type === 'string' ? '…' : null;
  const isShown = (name: string, property: Schema) =>
    target.required === undefined || target.required.length === 0
      ? property.example !== undefined
      : target.required.includes(name);
  const shown = Object.entries(target.properties).filter(([name, property]) => isShown(name, property));
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(document, property)]));
}
