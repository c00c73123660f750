/** Where the network cable is. `pulled_after_send`: the next purchase leaves, and its answer never comes. */
export type CablePlace = 'plugged' | 'pulled' | 'pulled_after_send';

type Fetch = (request: Request) => Promise<Response>;

/** The till's network cable, in the hand of whoever tries what happens without it: every request of the page goes through here. */
export class Cable {
  #place: CablePlace = 'plugged';
  readonly #lines = new Set<AbortController>();

  /** @param onMove told whenever the cable has moved, also by itself */
  constructor(
    private readonly outside: Fetch,
    private readonly onMove: (place: CablePlace) => void,
  ) {}

  get place(): CablePlace {
    return this.#place;
  }

  /** Pull it or plug it; open streams and polls break when it is pulled. */
  move(place: CablePlace): void {
    this.#place = place;
    if (place === 'pulled') for (const line of this.#lines) line.abort();
    this.onMove(place);
  }

  /** As `fetch`. @throws TypeError as `fetch` does without a network */
  readonly fetch: Fetch = async (request) => {
    if (this.#place === 'pulled') throw new TypeError('the cable is pulled');
    if (this.#place === 'pulled_after_send' && request.method === 'POST') return this.#loseAnswer(request);
    return this.#carry(request);
  };

  async #carry(request: Request): Promise<Response> {
    const line = new AbortController();
    this.#lines.add(line);
    try {
      const answer = await this.outside(
        new Request(request, { signal: AbortSignal.any([request.signal, line.signal]) }),
      );
      if (!isStream(answer)) this.#lines.delete(line); // a stream hangs on the cable for as long as it is read
      return answer;
    } catch (error) {
      this.#lines.delete(line);
      throw line.signal.aborted ? new TypeError('the cable was pulled') : error;
    }
  }

  /** The request arrives; the cable is out before its answer comes. */
  async #loseAnswer(request: Request): Promise<Response> {
    const arriving = this.outside(new Request(request, { headers: withoutWait(request.headers) }));
    await arriving.catch(() => undefined);
    this.move('pulled');
    throw new TypeError('the cable was pulled');
  }
}

const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/** The answer is not wanted: the centre need not hold it back until the outcome is known. */
function withoutWait(headers: Headers): Headers {
  const left = new Headers(headers);
  left.delete('prefer');
  return left;
}
