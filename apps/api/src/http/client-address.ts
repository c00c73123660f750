import type { IncomingMessage } from 'node:http';
import { AddressList, isNetwork, plainAddress } from '@tsunagu/merchants';
import { ConfigError, type AppConfig } from '@tsunagu/platform';

/** More hops than any sane chain of proxies; the rest of a forged header is not read. */
const HOPS_MAX = 20;

/**
 * Where a request came from. `X-Forwarded-For` is anybody's text: it counts only as far as known proxies wrote it
 * (`TRUSTED_PROXIES`, networks separated by commas), read from the right.
 */
export class ClientAddresses {
  constructor(private readonly proxies: AddressList) {}

  /** @throws ConfigError a network of TRUSTED_PROXIES is none */
  static fromConfig(config: AppConfig): ClientAddresses {
    const networks = (config.optional('TRUSTED_PROXIES') ?? '')
      .split(',')
      .map((text) => text.trim())
      .filter(Boolean);
    if (!networks.every(isNetwork)) throw new ConfigError('TRUSTED_PROXIES', 'must be networks separated by commas');
    return new ClientAddresses(new AddressList(networks));
  }

  of({ raw }: { readonly raw: IncomingMessage }): string {
    let address = plainAddress(raw.socket.remoteAddress ?? '');
    if (!this.proxies.includes(address)) return address;
    const hops = String(raw.headers['x-forwarded-for'] ?? '')
      .split(',')
      .slice(-HOPS_MAX);
    for (const hop of hops.reverse()) {
      if (!this.proxies.includes(address)) break;
      address = plainAddress(hop.trim());
    }
    return address;
  }
}
