import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../start/root.mjs';

const TYPES = 'libs/web/sdk/src/wire/openapi.ts';

const HEAD = '// Made by `npm run gen` from docs/openapi.json: the routes of a till. Do not edit.\n\n';

/** Routes that a till asks for; the SDK has no use for the rest. */
const TILL_ROUTES = /^\/v1\/(payments|payment-plans|attempts|terminals)(\/|$)/;
/** Made for documents that have them. */
const UNUSED = /^export type (?:webhooks|\$defs) = .*\n/gm;
const SCHEMA = /"#\/components\/schemas\/([^"]+)"/g;

/**
 * The types of the SDK, from the OpenAPI document: types only, so that nothing of it reaches a browser.
 * The generator is loaded late: it needs the installed compiler.
 */
export async function writeSdkTypes() {
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  const document = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'));
  const nodes = await openapiTS(tillPart(document), { immutable: true });
  writeFileSync(join(ROOT, TYPES), HEAD + astToString(nodes).replace(UNUSED, ''));
}

/** The routes of a till and the schemas that they reach. All refusals of a route have one shape, so they are one entry. */
function tillPart(document) {
  const paths = Object.entries(document.paths)
    .filter(([path]) => TILL_ROUTES.test(path))
    .map(([path, operations]) => [path, mapValues(operations, withOneProblem)]);
  const part = { ...document, paths: Object.fromEntries(paths) };
  const schemas = document.components.schemas;
  const names = reachable(part.paths, schemas);
  const kept = Object.entries(schemas).filter(([name]) => names.has(name));
  return { ...part, components: { schemas: Object.fromEntries(kept) } };
}

function withOneProblem(operation) {
  const { responses } = operation;
  const statuses = Object.keys(responses);
  const [refused] = statuses.filter((status) => Number(status) >= 400);
  const answered = statuses.filter((status) => Number(status) < 400).map((status) => [status, bare(responses[status])]);
  return {
    ...operation,
    responses: { ...Object.fromEntries(answered), default: { ...bare(responses[refused]), description: 'Refused' } },
  };
}

/** Without headers and examples: the document keeps those. */
function bare({ headers: _headers, content = {}, ...response }) {
  return { ...response, content: mapValues(content, ({ schema }) => ({ schema })) };
}

function reachable(start, schemas) {
  const names = new Set();
  const visit = (node) => {
    for (const [, name] of JSON.stringify(node).matchAll(SCHEMA)) {
      if (names.has(name)) continue;
      names.add(name);
      visit(schemas[name]);
    }
  };
  visit(start);
  return names;
}

const mapValues = (record, change) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
