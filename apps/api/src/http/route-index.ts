import type { FastifyInstance } from 'fastify';

/** Which methods a path knows, so that a wrong method reads 405 with `Allow` and not 404. */
export class RouteIndex {
  private readonly routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** Collect the routes of `instance` as they are added; call before they are. */
  constructor(instance: FastifyInstance) {
    instance.addHook('onRoute', ({ url, method }) => {
      for (const each of Array.isArray(method) ? method : [method]) this.add(url, each);
    });
  }

  /** Methods of the path, sorted; empty when no route matches it. */
  methodsOf(path: string): string[] {
    const methods = new Set<string>();
    for (const route of this.routes.values()) {
      if (route.pattern.test(path)) for (const method of route.methods) methods.add(method);
    }
    return [...methods].sort();
  }

  private add(url: string, method: string): void {
    if (url.includes('*')) return;
    const known = this.routes.get(url);
    if (known !== undefined) return void known.methods.add(method);
    const source = url.replaceAll('.', '\\.').replaceAll(/:[A-Za-z_]+/g, '[^/]{1,200}');
    this.routes.set(url, { pattern: new RegExp(`^${source}/?$`), methods: new Set([method]) });
  }
}
