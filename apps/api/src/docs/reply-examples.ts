import type { OpenAPIObject } from '@nestjs/swagger';
import { resolve, type Schema } from './schema-view.js';

const INSTANT = '2026-11-22T03:04:05.678Z';

/** A whole value of a schema: every documented field, with the example of the field where it has one. */
export function sampleOf(document: OpenAPIObject, schema: Schema): unknown {
  const given = schema.example ?? schema.examples?.[0];
  if (given !== undefined) return given;
  if (schema.enum !== undefined) return schema.enum[0];
  if (isNullable(schema)) return null;
  const target = resolve(document, schema);
  if (target !== schema) return sampleOf(document, target);
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties);
    return Object.fromEntries(fields.map(([name, property]) => [name, sampleOf(document, property)]));
  }
  return plainSample(document, schema);
}

function plainSample(document: OpenAPIObject, schema: Schema): unknown {
  switch (schema.type) {
    case 'array':
      return schema.items === undefined ? [] : [sampleOf(document, schema.items)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return (schema as { minimum?: number }).minimum ?? 0;
    case 'object':
      return {};
    default:
      return schema.format === 'date-time' ? INSTANT : schema.format === 'date' ? INSTANT.slice(0, 10) : 'text';
  }
}

function isNullable(schema: Schema): boolean {
  return (
    (schema as { nullable?: boolean }).nullable === true || (Array.isArray(schema.type) && schema.type.includes('null'))
  );
}

interface Content {
  schema?: Schema;
  example?: unknown;
}

/** Show each answer and each body as an example, so that no route is without. Changes the document that it is given. */
export function addExamples(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item as Record<string, { responses?: object; requestBody?: object }>)) {
      const answers = Object.entries(operation.responses ?? {}) as [string, { content?: Record<string, Content> }][];
      for (const [status, { content }] of answers) {
        const json = content?.['application/json'];
        if (status.startsWith('2') && json?.schema !== undefined) json.example ??= sampleOf(document, json.schema);
      }
    }
  }
  return document;
}
