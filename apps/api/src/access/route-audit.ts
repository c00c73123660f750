import { RequestMethod, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@tsunagu/kernel';
import { IDEMPOTENCY_KEY, PERMISSION_KEY, PUBLIC_KEY } from './permission.decorator.js';

type ControllerClass = abstract new (...dependencies: never[]) => unknown;

/** A route as its decorators declare it. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly permission: string | undefined;
  readonly publicBecause: string | undefined;
  readonly idempotency: string | undefined;
}

/** Every route of these controllers. */
export function declaredRoutes(controllers: readonly ControllerClass[]): DeclaredRoute[] {
  return controllers.flatMap((controller) => {
    const base = String(Reflect.getMetadata('path', controller) ?? '');
    return handlersOf(controller).map((handler) => ({
      method: RequestMethod[Number(Reflect.getMetadata('method', handler))] ?? 'ALL',
      path: `/${[base, String(Reflect.getMetadata('path', handler))].map(trim).filter(Boolean).join('/')}`,
      permission: Reflect.getMetadata(PERMISSION_KEY, handler) as string | undefined,
      publicBecause: Reflect.getMetadata(PUBLIC_KEY, handler) as string | undefined,
      idempotency: Reflect.getMetadata(IDEMPOTENCY_KEY, handler) as string | undefined,
    }));
  });
}

/**
 * Deny by default, at start-up: a route says who may use it, and a POST says how a repeat is recognised.
 * @throws InvariantError naming the route
 */
export function auditRoutes(routes: readonly DeclaredRoute[]): void {
  for (const { method, path, permission, publicBecause, idempotency } of routes) {
    const route = `${method} ${path}`;
    invariant((permission === undefined) !== (publicBecause === undefined), 'a route declares its permission', {
      route,
    });
    invariant(method !== 'POST' || idempotency !== undefined, 'a POST declares its idempotency', { route });
  }
}

const withQuery = new WeakMap<object, boolean>();
/** Nest's number for `@Query` among the arguments of a handler. */
const QUERY_ARGUMENT = '4:';

/** Whether a handler reads the query of its request. */
export function takesQuery(context: Pick<ExecutionContext, 'getClass' | 'getHandler'>): boolean {
  const handler = context.getHandler();
  const known = withQuery.get(handler);
  if (known !== undefined) return known;
  const handed = (Reflect.getMetadata('__routeArguments__', context.getClass(), handler.name) ?? {}) as object;
  const takes = Object.keys(handed).some((key) => key.startsWith(QUERY_ARGUMENT));
  withQuery.set(handler, takes);
  return takes;
}

function handlersOf(controller: ControllerClass): object[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype)
    .map((name) => prototype[name])
    .filter((member): member is object => typeof member === 'function' && Reflect.hasMetadata('method', member));
}

function trim(path: string): string {
  return path.replaceAll(/^\/|\/$/g, '');
}
