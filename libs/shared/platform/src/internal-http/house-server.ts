import { constants } from 'node:crypto';
import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Caller } from '@tsunagu/contracts';
import type { FastifyInstance } from 'fastify';
import type { AppLogger } from '../logging/app-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { callerOfCertificate } from './caller-identity.js';
import type { HouseCertificate } from './house-certificate.js';

/** Options of a server that talks to processes of the house only; its certificate comes by {@link guardHouseServer}. */
export const HOUSE_SERVER = { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

/** Without tickets every connection proves anew who it is: an old session would outlive a revoked certificate. */
const NO_TICKETS = constants.SSL_OP_NO_TICKET;

interface Peer {
  readonly caller: Caller;
  readonly expiresAtMs: number;
}

const PEERS = new WeakMap<object, Peer>();

/** Who is at the other end of a connection, by its certificate. @returns undefined for nobody of the house, or a certificate that has ended */
export function callerAt(socket: object, nowMs = Date.now()): Caller | undefined {
  const peer = PEERS.get(socket);
  return peer !== undefined && peer.expiresAtMs > nowMs ? peer.caller : undefined;
}

/**
 * Let only processes of the house finish a handshake. A stranger is cut off before a byte of his request is read, counted and
 * reported. When our own files change, new connections use them, and old ones end with their present request.
 */
export function guardHouseServer(
  fastify: FastifyInstance,
  certificate: HouseCertificate,
  { logger, metrics }: { logger: AppLogger; metrics: Metrics },
): void {
  const server = fastify.server as unknown as Server;
  const refusals = metrics.counter('tsunagu_internal_tls_refused_total', 'Connections refused by TLS', ['reason']);
  const refuse = (reason: string, socket: { remoteAddress?: string | undefined }) => {
    refusals.inc({ reason });
    logger.error('security event: a connection inside the house was refused', { reason, from: socket.remoteAddress });
  };
  let generation = 0;
  const born = new WeakMap<object, number>();
  const load = () => server.setSecureContext({ ...certificate.context, secureOptions: NO_TICKETS });
  load();
  certificate.onChange(() => {
    generation += 1;
    load();
    server.closeIdleConnections();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => refuse(reasonOf(error, socket), socket));
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const peer = peerOf(socket, certificate);
    if (peer === undefined) {
      refuse('unknown_caller', socket);
      socket.destroy();
      return;
    }
    PEERS.set(socket, peer);
    born.set(socket, generation);
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (born.get(request.raw.socket) !== generation) reply.header('connection', 'close');
    done();
  });
}

function peerOf(socket: TLSSocket, own: HouseCertificate): Peer | undefined {
  const certificate = socket.getPeerX509Certificate();
  const caller = callerOfCertificate(certificate?.subjectAltName, own.trustDomain);
  if (certificate === undefined || caller === undefined) return undefined;
  own.saw(caller, certificate);
  return { caller, expiresAtMs: Date.parse(certificate.validTo) };
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'no_certificate',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'protocol',
  ERR_SSL_WRONG_VERSION_NUMBER: 'protocol',
  ERR_SSL_HTTP_REQUEST: 'not_tls',
  CERT_HAS_EXPIRED: 'expired',
  CERT_REVOKED: 'revoked',
};

/** A few words that can be a label: what OpenSSL says of a stranger is not bounded. A certificate it does not accept is told by the socket. */
function reasonOf({ code = '' }: NodeJS.ErrnoException, { authorizationError }: TLSSocket): string {
  const found: unknown = authorizationError ?? code;
  const isCertificate = authorizationError !== undefined && authorizationError !== null;
  return REASONS[String(found)] ?? (isCertificate ? 'certificate' : 'handshake');
}
