import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS } from '../problem/problem-catalogue.js';
import { CHAPTERS } from './guide.js';
import { escapeHtml, page, prose } from './html.js';
import { exampleOf, fieldTable, type Schema } from './schema-view.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
    >
  >;
}

interface Route {
  readonly verb: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The reference as one readable page, made from the document alone. */
export function docsPage(document: OpenAPIObject): string {
  const routes = routesOf(document);
  const tags = (document.tags ?? []).filter(({ name }) =>
    routes.some(({ operation }) => operation.tags?.includes(name)),
  );
  const sections = tags.map(({ name, description }) => {
    const own = routes.filter(({ operation }) => operation.tags?.includes(name));
    return `<h2 id="${escapeHtml(name)}">${escapeHtml(description ?? name)}</h2>${own.map((route) => section(document, route)).join('')}`;
  });
  const menu = tags.map(({ name }) => {
    const own = routes.filter(({ operation }) => operation.tags?.includes(name));
    const links = own.map(
      ({ operation }) => `<a href="#${operation.operationId}">${escapeHtml(operation.operationId)}</a>`,
    );
    return `<h2>${escapeHtml(name)}</h2>${links.join('')}`;
  });
  const chapters = CHAPTERS.map(({ id, title, html }) => `<h2 id="${id}">${escapeHtml(title)}</h2>${html}`);
  const guide = CHAPTERS.map(({ id, title }) => `<a href="#${id}">${escapeHtml(title.split(' · ')[1] ?? title)}</a>`);
  const nav = `<nav><div class="brand"><span>繋</span> Tsunagu API</div><a class="soft" href="/openapi.json">openapi.json</a><h2>guide</h2>${guide.join('')}${menu.join('')}<h2>errors</h2><a href="#errors">all codes</a></nav>`;
  const intro = `<h1>Tsunagu API</h1><p class="soft">Version ${escapeHtml(document.info.version)}</p>${prose(document.info.description ?? '')}`;
  return page(
    'Tsunagu API',
    `<div class="shell">${nav}<main>${intro}${chapters.join('')}${sections.join('')}${errorTable()}</main></div>`,
  );
}

function routesOf(document: OpenAPIObject): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, unknown>)
      .filter(([verb]) => ['get', 'post', 'patch', 'delete', 'put'].includes(verb))
      .map(([verb, operation]) => ({ verb, path, operation: operation as Operation })),
  );
}

function section(document: OpenAPIObject, { verb, path, operation }: Route): string {
  const body = operation.requestBody?.content['application/json']?.schema;
  const parts = [
    `<h3>${escapeHtml(operation.summary ?? '')}</h3>`,
    `<p class="path"><span class="verb ${verb}">${verb.toUpperCase()}</span> ${escapeHtml(path)}</p>`,
    prose(operation.description ?? ''),
    parameterTable(operation.parameters ?? []),
    body === undefined ? '' : `<h4>Body</h4>${fieldTable(document, body)}`,
    `<h4>Example</h4><pre><code>${escapeHtml(curl(document, verb, path, operation))}</code></pre>`,
    `<h4>Answers</h4>${answerTable(document, operation)}`,
  ];
  return `<section class="op" id="${escapeHtml(operation.operationId)}">${parts.join('')}</section>`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (each) =>
      `<tr><td><code>${escapeHtml(each.name)}</code>${each.required === true ? ' <span class="need">required</span>' : ''}</td><td>${escapeHtml(each.in)}</td><td>${prose(each.description ?? '')}</td></tr>`,
  );
  return `<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>Meaning</th></tr>${rows.join('')}</table>`;
}

function answerTable(document: OpenAPIObject, operation: Operation): string {
  const schema = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1].content?.[
    'application/json'
  ]?.schema;
  const rows = Object.entries(operation.responses).map(
    ([status, { description }]) => `<tr><td><code>${status}</code></td><td>${prose(description)}</td></tr>`,
  );
  const fields =
    schema === undefined
      ? ''
      : `<details><summary>Fields of the answer</summary>${fieldTable(document, schema)}</details>`;
  return `<table>${rows.join('')}</table>${fields}`;
}

function curl(document: OpenAPIObject, verb: string, path: string, operation: Operation): string {
  const url = path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => {
    const parameter = operation.parameters?.find((each) => each.name === name);
    const example = parameter?.schema?.example ?? parameter?.example;
    return typeof example === 'string' ? example : `{${name}}`;
  });
  const lines = [`curl -X ${verb.toUpperCase()} "$API${url}"`, '  -H "Authorization: Bearer $API_KEY"'];
  const needsKey = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true;
  if (needsKey) lines.push('  -H "Idempotency-Key: 0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b02"', '  -H "Prefer: wait=25"');
  const body = operation.requestBody?.content['application/json']?.schema;
  if (body !== undefined) {
    lines.push('  -H "Content-Type: application/json"', `  -d '${JSON.stringify(exampleOf(document, body), null, 2)}'`);
  }
  return lines.join(' \\\n');
}

function errorTable(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, nextAction }]) =>
      `<tr><td>${status}</td><td><a href="/docs/errors/${code}"><code>${code}</code></a></td><td>${escapeHtml(title.en)}<br><span class="soft">${escapeHtml(title.ja)}</span></td><td><code>${nextAction}</code></td></tr>`,
  );
  return `<h2 id="errors">エラー · Errors</h2><table><tr><th>Status</th><th>Code</th><th>Meaning</th><th>Next</th></tr>${rows.join('')}</table>`;
}
