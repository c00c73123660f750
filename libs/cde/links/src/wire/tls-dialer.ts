import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { AppError } from '@tsunagu/kernel';
import type { LinkTls } from '../config/link-transport.js';
import { Dialer, type Wire, type WireEvents } from './dialer.js';
import { opened, SocketWire } from './socket-wire.js';

/** A file of a link's TLS cannot be used. Names the entry of the links file, never a path or what is in it. */
export class LinkTlsError extends AppError {
  readonly category = 'internal';

  constructor(
    readonly code: 'file_unreadable' | 'file_malformed' | 'key_mismatch',
    entry: keyof LinkTls,
  ) {
    super(`the ${entry} of a link cannot be used: ${code}`, { entry });
  }
}

/** Certificate, key and authority as they are in the files now. */
interface Material {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly goodUntil: Date;
}

/**
 * TLS with certificates on both sides: only the link's own authority is trusted, and the certificate must carry the name of the host.
 * The files are read at every call, so a renewed certificate is shown by the next connection without a restart.
 * @source reference/iso8583-1993.md §16, mode `tls`
 */
export class TlsDialer extends Dialer {
  constructor(private readonly tls: LinkTls) {
    super();
  }

  override async dial(peer: { host: string; port: number; timeoutMs: number }, events: WireEvents): Promise<Wire> {
    const { goodUntil, ...material } = await readMaterial(this.tls);
    const name = this.tls.serverName ?? peer.host;
    const socket = connect({
      ...material,
      host: peer.host,
      port: peer.port,
      minVersion: this.tls.minVersion,
      // An address has no place in the server name extension, but the certificate is held against it all the same.
      ...(isIP(name) === 0 ? { servername: name } : { servername: '', checkServerIdentity: addressCheck(name) }),
      rejectUnauthorized: true,
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    const open = await opened(socket, 'secureConnect', peer.timeoutMs, events);
    return new SocketWire(open, earlier(goodUntil, peerGoodUntil(open)));
  }
}

function addressCheck(address: string): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (_host, { subjectaltname }) => {
    const isNamed = (subjectaltname ?? '').split(', ').includes(`IP Address:${address}`);
    return isNamed ? undefined : Object.assign(new Error('another address'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  };
}

function peerGoodUntil(socket: TLSSocket): Date | null {
  const { valid_to: validTo } = socket.getPeerCertificate();
  return validTo === undefined ? null : new Date(validTo);
}

function earlier(own: Date, theirs: Date | null): Date {
  return theirs !== null && theirs < own ? theirs : own;
}

/** @throws LinkTlsError */
async function readMaterial(tls: LinkTls): Promise<Material> {
  const [ca, cert, key] = await Promise.all([read(tls, 'caFile'), read(tls, 'certFile'), read(tls, 'keyFile')]);
  parse('caFile', () => new X509Certificate(ca));
  const leaf = parse('certFile', () => new X509Certificate(cert));
  const secret = parse('keyFile', () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(secret)) throw new LinkTlsError('key_mismatch', 'keyFile');
  return { ca, cert, key, goodUntil: new Date(leaf.validTo) };
}

async function read(tls: LinkTls, entry: 'caFile' | 'certFile' | 'keyFile'): Promise<string> {
  try {
    return await readFile(tls[entry], 'utf8');
  } catch {
    throw new LinkTlsError('file_unreadable', entry);
  }
}

/** Errors of OpenSSL may quote what they read: they stay here. */
function parse<T>(entry: keyof LinkTls, work: () => T): T {
  try {
    return work();
  } catch {
    throw new LinkTlsError('file_malformed', entry);
  }
}
