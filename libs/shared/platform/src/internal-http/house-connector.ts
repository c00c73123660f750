import { buildConnector } from 'undici';
import type { Caller } from '@tsunagu/contracts';
import { callerOfCertificate } from './caller-identity.js';
import type { HouseCertificate } from './house-certificate.js';

/** Code of an error before the first byte of a request: no connection, or the wrong one at the other end. */
export const NOT_CONNECTED = 'TSUNAGU_NOT_CONNECTED';

/** TLS to one process of the house, known by the name in its certificate: host names change from node to node, duties do not. */
export class HouseConnector {
  readonly #connect: buildConnector.connector;

  constructor(certificate: HouseCertificate, server: Caller, timeoutMs: number) {
    const { trustDomain } = certificate;
    this.#connect = buildConnector({
      ...certificate.context,
      timeout: timeoutMs,
      maxCachedSessions: 0,
      checkServerIdentity: (_host, { subjectaltname }) =>
        callerOfCertificate(subjectaltname, trustDomain) === server ? undefined : new Error('another process answers'),
    });
  }

  /** What undici asks for a connection. */
  readonly connect: buildConnector.connector = (options, callback) =>
    this.#connect(options, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(Object.assign(new Error('not connected'), { code: NOT_CONNECTED }), null);
    });
}
