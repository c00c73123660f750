import { connect } from 'node:net';
import { Dialer, type Wire, type WireEvents } from './dialer.js';
import { opened, SocketWire } from './socket-wire.js';

/** TCP without Nagle's delay. */
export class TcpDialer extends Dialer {
  override async dial(peer: { host: string; port: number; timeoutMs: number }, events: WireEvents): Promise<Wire> {
    const socket = connect({ host: peer.host, port: peer.port, noDelay: true, keepAlive: true });
    return new SocketWire(await opened(socket, 'connect', peer.timeoutMs, events));
  }
}
