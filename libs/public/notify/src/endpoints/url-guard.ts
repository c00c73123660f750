import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AppError } from '@tsunagu/kernel';
import { AppConfig, ConfigError } from '@tsunagu/platform';

/** The endpoint's URL, or an address behind it, is not one we connect to. */
export class UrlNotAllowedError extends AppError {
  readonly code = 'url_not_allowed';
  readonly category = 'unprocessable';

  constructor(rule: string) {
    super('this URL is not allowed for webhooks', { rule });
  }
}

/** @source IANA special-purpose address registries for IPv4 and IPv6; RFC 6890 */
const BLOCKED_V4 = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.31.196.0', 24], ['192.52.193.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16],
  ['192.175.48.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const; // prettier-ignore
/** Within 2000::/3; everything outside it is refused whole: mapped, NAT64, ULA, link-local, multicast … */
const BLOCKED_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const;

const blockedV4 = listOf(BLOCKED_V4, 'ipv4');
const blockedV6 = listOf(BLOCKED_V6, 'ipv6');
const publicV6 = listOf([['2000::', 3]], 'ipv6');
const loopback4 = listOf([['127.0.0.0', 8]], 'ipv4');
const URL_LENGTH_MAX = 2_000;

function listOf(subnets: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, family);
  return list;
}

/** Whether an address belongs to the public internet. One list per family: a mapped address is refused, not translated. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !blockedV4.check(address, 'ipv4');
  return family === 6 && publicV6.check(address, 'ipv6') && !blockedV6.check(address, 'ipv6');
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && loopback4.check(address, 'ipv4'));
}

/** Finds all addresses of a name; injected in tests. */
export type Resolve = (host: string) => Promise<string[]>;

async function resolveAll(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

/**
 * Which URLs we send webhooks to: https on 443 or 8443, a name, every address of it public. Checked when an endpoint is
 * saved and at each connect. `WEBHOOK_ALLOW_LOOPBACK=true` opens loopback for the sandbox, and stops a production start.
 */
export class UrlGuard {
  constructor(
    private readonly allowsLoopback: boolean,
    private readonly resolve: Resolve = resolveAll,
  ) {}

  /** @throws ConfigError the loopback setting in production */
  static fromConfig(config: AppConfig): UrlGuard {
    const allowsLoopback = config.optional('WEBHOOK_ALLOW_LOOPBACK') === 'true';
    if (allowsLoopback && config.isProduction)
      throw new ConfigError('WEBHOOK_ALLOW_LOOPBACK', 'must not be set in production');
    return new UrlGuard(allowsLoopback);
  }

  /** @throws UrlNotAllowedError names the rule, never the URL */
  async check(text: string): Promise<URL> {
    const url = this.#checkForm(text);
    await this.addressesOf(hostOf(url));
    return url;
  }

  /**
   * Addresses of a host, all of them checked: connect to one of these and to no other.
   * @throws UrlNotAllowedError a name without address, or one address that is not public
   */
  async addressesOf(host: string): Promise<string[]> {
    const addresses = isIP(host) === 0 ? await this.resolve(host).catch(() => []) : [host];
    if (addresses.length === 0) throw new UrlNotAllowedError('the name has no address');
    const isAllowed = (address: string) => isPublicAddress(address) || (this.allowsLoopback && isLoopback(address));
    if (!addresses.every(isAllowed)) throw new UrlNotAllowedError('an address is not public');
    return addresses;
  }

  #checkForm(text: string): URL {
    if (text.length > URL_LENGTH_MAX || !URL.canParse(text)) throw new UrlNotAllowedError('not a URL');
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') throw new UrlNotAllowedError('user information in the URL');
    if (this.allowsLoopback && isLoopbackHost(hostOf(url)) && /^https?:$/.test(url.protocol)) return url;
    if (url.protocol !== 'https:') throw new UrlNotAllowedError('https only');
    if (!['', '443', '8443'].includes(url.port)) throw new UrlNotAllowedError('port 443 or 8443 only');
    if (isIP(hostOf(url)) !== 0) throw new UrlNotAllowedError('an address instead of a name');
    return url;
  }
}

/** Host without the brackets of an IPv6 literal. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopback(host);
}
