import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SWITCH_ROUTES, SwitchPort, VAULT_ROUTES, VaultPort } from '@tsunagu/contracts';
import type {
  AddPinRequest,
  CardDisplay,
  EnrolDeviceAnswer,
  EnrolDeviceRequest,
  Lane,
  OpenCardAnswer,
  OpenCardRequest,
  ReverseRequest,
  RulingAnswer,
  RulingRequest,
  SealAccountRequest,
  SealedEnvelope,
  SubmitRequest,
  SwitchRulings,
  TakeCardRequest,
  WireOutcome,
} from '@tsunagu/contracts';
import { InternalClient, type HouseDoor } from './internal-client.js';
import { RemoteError } from './remote-error.js';

/** HSM slow: a till gets an answer within two seconds of the vault's own limit. */
const VAULT_TIMEOUT_MS = 5_000;
/** Longer than any reply timer of an issuer (25 s) and its fall-back. */
const SWITCH_TIMEOUT_MS = 60_000;
/** More than the attempts that a worker has under way in one lane, each of which may hold its connection as long as an issuer is silent. */
const LANE_CONNECTIONS = 64;

/** Doors of the vault that only the operator may use. */
export type OperatorRoute = Exclude<
  keyof typeof VAULT_ROUTES,
  'open' | 'takeCard' | 'addPin' | 'sealAccount' | 'enrolDevice'
>;

/** A proof of a long audit takes its time, and a ceremony waits for nobody. */
const OPERATOR_TIMEOUT_MS = 10 * 60_000;

/** The vault, asked over HTTP. */
@Injectable()
export class VaultClient extends VaultPort implements OnApplicationShutdown {
  readonly #client: InternalClient;
  #operator: InternalClient | undefined;

  constructor(private readonly door: HouseDoor) {
    super();
    this.#client = new InternalClient({ ...door, server: 'vault', timeoutMs: VAULT_TIMEOUT_MS, connections: 32 });
  }

  /** The operator's doors: keys, custodians, devices, the proof of the audit. Their answers are described by the vault's lib. @throws RemoteError */
  operate<Answer>(route: OperatorRoute, body: { readonly requestId: string }): Promise<Answer> {
    this.#operator ??= new InternalClient({
      ...this.door,
      server: 'vault',
      timeoutMs: OPERATOR_TIMEOUT_MS,
      connections: 2,
    });
    return this.#operator.post(VAULT_ROUTES[route], body.requestId, body);
  }

  open(request: OpenCardRequest): Promise<OpenCardAnswer> {
    return this.#client.post(VAULT_ROUTES.open, request.requestId, request);
  }

  addPin(request: AddPinRequest): Promise<{ envelope: SealedEnvelope }> {
    return this.#client.post(VAULT_ROUTES.addPin, request.requestId, request);
  }

  /** A card in the clear, from the line of a merchant's server: the switch's door alone. @throws RemoteError `card_data_invalid`, `card_service_unavailable` */
  take(request: TakeCardRequest): Promise<OpenCardAnswer> {
    return this.#client.post(VAULT_ROUTES.takeCard, request.requestId, request);
  }

  sealAccount(request: SealAccountRequest): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    return this.#client.post(VAULT_ROUTES.sealAccount, request.requestId, request);
  }

  enrolDevice(request: EnrolDeviceRequest): Promise<EnrolDeviceAnswer> {
    return this.#client.post(VAULT_ROUTES.enrolDevice, request.requestId, request);
  }

  /** Any other door that this process may use. @throws RemoteError */
  ask<Answer>(path: string, request: { readonly requestId: string }, more: object = {}): Promise<Answer> {
    return this.#client.post(path, request.requestId, { ...request, ...more });
  }

  /** For readiness. @throws RemoteError it is not there, or somebody else is */
  greet(): Promise<void> {
    return this.#client.greet();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#client.close(), this.#operator?.close()]);
  }
}

/**
 * The switch, asked over HTTP: any of its replicas, because each asks the one that leads the link. A replica that is not there is left for the
 * next; every door is idempotent, so what one may have heard may be asked of another.
 *
 * Each lane has connections of its own, and what belongs to no lane has others: those that a silent network holds are missed by nobody else
 * (docs/adr/0063).
 */
@Injectable()
export class SwitchClient extends SwitchPort implements SwitchRulings, OnApplicationShutdown {
  readonly #clients = new Map<Lane | null, readonly InternalClient[]>();
  readonly #doors: readonly HouseDoor[];
  #preferred = 0;

  constructor(...doors: readonly HouseDoor[]) {
    super();
    this.#doors = doors;
  }

  submit(request: SubmitRequest): Promise<WireOutcome> {
    return this.#ask((client) => client.post(SWITCH_ROUTES.submit, request.requestId, request), request.method);
  }

  reverse(request: ReverseRequest): Promise<WireOutcome> {
    return this.#ask((client) => client.post(SWITCH_ROUTES.reverse, request.requestId, request), request.method);
  }

  async outcomes(attempts: readonly { tenantId: string; attemptId: string }[]): Promise<WireOutcome[]> {
    const answer = await this.#ask((client) =>
      client.post<WireOutcome[] | { outcomes: WireOutcome[] }>(SWITCH_ROUTES.outcomes, 'sweep', { attempts }),
    );
    return Array.isArray(answer) ? answer : answer.outcomes;
  }

  rule(request: RulingRequest): Promise<RulingAnswer> {
    return this.#ask((client) => client.post(SWITCH_ROUTES.rule, request.requestId, request));
  }

  /** The operator's doors: links, reconciliation, store-and-forward. @throws RemoteError */
  operate<Answer>(route: keyof typeof SWITCH_ROUTES, body: { readonly requestId: string }): Promise<Answer> {
    return this.#ask((client) => client.post(SWITCH_ROUTES[route], body.requestId, body));
  }

  /** For readiness. @throws RemoteError none is there, or somebody else is */
  greet(): Promise<void> {
    return this.#ask((client) => client.greet());
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#clients.values()].flat().map((client) => client.close()));
  }

  /** One client for each replica. @param lane whose connections they are; null: of what belongs to no lane */
  #clientsOf(lane: Lane | null): readonly InternalClient[] {
    const known = this.#clients.get(lane);
    if (known !== undefined) return known;
    const limits = { timeoutMs: SWITCH_TIMEOUT_MS, connections: LANE_CONNECTIONS };
    const clients = this.#doors.map((door) => new InternalClient({ ...door, server: 'switch', ...limits }));
    this.#clients.set(lane, clients);
    return clients;
  }

  async #ask<Answer>(ask: (client: InternalClient) => Promise<Answer>, lane: Lane | null = null): Promise<Answer> {
    const clients = this.#clientsOf(lane);
    const first = this.#preferred;
    for (let tried = 0; ; tried += 1) {
      const at = (first + tried) % clients.length;
      try {
        const answer = await ask(clients[at]!);
        this.#preferred = at;
        return answer;
      } catch (error) {
        const isAway = error instanceof RemoteError && error.code === 'card_service_unavailable';
        if (!isAway || tried + 1 >= clients.length) throw error;
      }
    }
  }
}
