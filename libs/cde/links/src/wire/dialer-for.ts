import { transportOf, type LinkConfig } from '../config/link-config.js';
import type { Dialer } from './dialer.js';
import { TcpDialer } from './tcp-dialer.js';
import { TlsDialer } from './tls-dialer.js';

/** How the hosts of a link are called: TLS where the links file says so. */
export function dialerFor(link: LinkConfig): Dialer {
  const { tls } = transportOf(link);
  return tls === null ? new TcpDialer() : new TlsDialer(tls);
}
