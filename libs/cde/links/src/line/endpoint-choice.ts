import { AppError, invariant, type Clock } from '@tsunagu/kernel';
import type { LinkEndpoint } from '../config/link-transport.js';

/** A command names an endpoint that the link does not have, or may not use like that. */
export class EndpointError extends AppError {
  readonly code = 'endpoint_invalid';
  readonly category = 'invalid';

  constructor(endpoint: string, rule: string) {
    super(`the endpoint ${endpoint} ${rule}`, { endpoint });
  }
}

/**
 * Which host of the counterpart a link talks to. A host that cannot be reached is left for the next of primary and standbys; the disaster
 * centre is used only when people said so, and is then not left by itself. The primary gets the link back when it was reachable for long
 * enough.
 * @source reference/iso8583-1993.md §13.8
 */
export class EndpointChoice {
  #current: LinkEndpoint;
  #primaryUpSinceMs: number | undefined;

  constructor(
    private readonly endpoints: readonly LinkEndpoint[],
    private readonly clock: Clock,
    readonly backAfterMs: number,
  ) {
    this.#current = this.primary;
  }

  get current(): LinkEndpoint {
    return this.#current;
  }

  get primary(): LinkEndpoint {
    const primary = this.endpoints.find(({ role }) => role === 'primary');
    invariant(primary !== undefined, 'a link has a primary');
    return primary;
  }

  /** Nobody is reached there any more. @returns whether there is another place to try */
  fail(endpoint: LinkEndpoint): boolean {
    if (endpoint !== this.#current || endpoint.role === 'dr') return false;
    const round = this.endpoints.filter(({ role }) => role !== 'dr');
    const next = round[(round.indexOf(endpoint) + 1) % round.length];
    if (next === undefined || next === endpoint) return false;
    this.#use(next);
    return true;
  }

  /** @returns where `804` leads: the first standby, or the primary when we are there; undefined when there is no other place */
  get alternative(): LinkEndpoint | undefined {
    const other = this.endpoints.find(({ role }) => role === 'standby');
    return this.#current.role === 'primary' ? other : this.primary;
  }

  /** @throws EndpointError there is none of that name, or two people must say so */
  named(name: string, isApproved: boolean): LinkEndpoint {
    const found = this.endpoints.find((one) => one.name === name);
    if (found === undefined) throw new EndpointError(name, 'is not in the links file');
    if (found.role === 'dr' && !isApproved) throw new EndpointError(name, 'needs the word of two people');
    return found;
  }

  use(endpoint: LinkEndpoint): void {
    this.#use(endpoint);
  }

  /** What a look at the primary found, while the link is on a standby. */
  sawPrimary(isReachable: boolean): void {
    if (!isReachable) this.#primaryUpSinceMs = undefined;
    else this.#primaryUpSinceMs ??= this.clock.monotonicMs();
  }

  /** Whether somebody should look if the primary is back. */
  get watchesPrimary(): boolean {
    return this.#current.role === 'standby';
  }

  get isBackDue(): boolean {
    const sinceMs = this.#primaryUpSinceMs;
    return this.watchesPrimary && sinceMs !== undefined && this.clock.monotonicMs() - sinceMs >= this.backAfterMs;
  }

  #use(endpoint: LinkEndpoint): void {
    this.#current = endpoint;
    this.#primaryUpSinceMs = undefined;
  }
}
