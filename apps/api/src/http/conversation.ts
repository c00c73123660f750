import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invariant, type TillLanguage } from '@tsunagu/kernel';
import { tillLanguageOf } from './language.js';

/** Longest wait a client may ask for. @source api-conventions.md §5 */
export const WAIT_MAX_SECONDS = 55;
const PREFER_WAIT = /(?:^|[,;\s])wait=([0-9]{1,4})(?:$|[,;\s])/;

/** What a controller needs of HTTP besides the body: how long the client waits, in which language, and the status. */
export class Conversation {
  /** Of sentences for clerk and customer; problems have languages of their own. */
  readonly language: TillLanguage;
  /** Whether this house moves real money: of the mode of the house, never of the request. */
  readonly isLive: boolean;
  /** How long the client wants to wait for an outcome; 0 when it did not say. */
  readonly waitMs: number;
  #gone: AbortSignal | undefined;

  constructor(
    private readonly request: FastifyRequest & { readonly leavePlace?: () => void },
    private readonly reply: FastifyReply,
  ) {
    this.isLive = isLiveHouse(request);
    this.language = tillLanguageOf(request.headers['accept-language']);
    const wish = PREFER_WAIT.exec(String(request.headers.prefer ?? '').slice(0, 200))?.[1];
    this.waitMs = Math.min(Number(wish ?? 0), WAIT_MAX_SECONDS) * 1_000;
    if (this.waitMs > 0) void reply.header('Preference-Applied', `wait=${this.waitMs / 1_000}`);
  }

  /** The client asks for the headers alone (HEAD): nothing it is told leaves this house. */
  get isLook(): boolean {
    return this.request.method === 'HEAD';
  }

  /** Ends when the client is gone, so that no long poll waits for nobody. */
  get gone(): AbortSignal {
    if (this.#gone === undefined) {
      const controller = new AbortController();
      this.reply.raw.once('close', () => controller.abort());
      this.#gone = controller.signal;
    }
    return this.#gone;
  }

  /** The request has done its work and only waits: it gives back its place among the open requests of its key. */
  park(): void {
    this.request.leavePlace?.();
  }

  /** 201 or 200 for what is final, 202 for what is still running; a repeat is marked as one. */
  say(answer: { isFinal: boolean; replayed: boolean; created?: boolean }): void {
    const done = answer.created === false || answer.replayed ? 200 : 201;
    void this.reply.status(answer.isFinal ? done : 202);
    if (answer.replayed) void this.reply.header('Idempotent-Replayed', 'true');
  }

  /** The status of a request that is accepted and ends by itself. */
  sayAccepted(): void {
    void this.reply.status(202);
  }
}

const LIVE = 'isLiveHouse';

/** Tell every conversation of this server which house it is. */
export function nameHouse(fastify: FastifyInstance, isLive: boolean): void {
  fastify.decorateRequest(LIVE, isLive);
}

function isLiveHouse(request: FastifyRequest): boolean {
  const { [LIVE]: isLive } = request as FastifyRequest & { [LIVE]?: boolean };
  invariant(isLive !== undefined, 'the server knows which house it is');
  return isLive;
}

export const Talk = createParamDecorator((_: unknown, context: ExecutionContext): Conversation => {
  const http = context.switchToHttp();
  return new Conversation(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});
