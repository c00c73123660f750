import { describe, expect, it } from 'vitest';
import { Cable, type CablePlace } from './cable.js';

const post = (): Request =>
  new Request('http://till.test/v1/payments', { method: 'POST', body: '{}', headers: { prefer: 'wait=25' } });
const get = (): Request => new Request('http://till.test/v1/payments/x');

function cable() {
  const arrived: Request[] = [];
  const moves: CablePlace[] = [];
  const made = new Cable(
    (request) => {
      arrived.push(request);
      return new Promise((resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        if (request.method === 'POST') resolve(new Response('{}', { status: 201 }));
      });
    },
    (place) => moves.push(place),
  );
  return { made, arrived, moves };
}

describe('the network cable of the till', () => {
  it('carries everything while it is plugged in', async () => {
    const { made, arrived } = cable();
    expect((await made.fetch(post())).status).toBe(201);
    expect(arrived).toHaveLength(1);
  });

  it('sends nothing when it is pulled', async () => {
    const { made, arrived } = cable();
    made.move('pulled');
    await expect(made.fetch(post())).rejects.toThrow(TypeError);
    expect(arrived).toHaveLength(0);
  });

  it('lets a purchase arrive and loses its answer when it is pulled after the send', async () => {
    const { made, arrived, moves } = cable();
    made.move('pulled_after_send');
    await expect(made.fetch(post())).rejects.toThrow(TypeError);
    expect(arrived.map(({ headers }) => headers.has('prefer'))).toEqual([false]);
    expect(made.place).toBe('pulled');
    expect(moves).toEqual(['pulled_after_send', 'pulled']);
  });

  it('does not waste the pull on a question', async () => {
    const { made } = cable();
    made.move('pulled_after_send');
    const asking = made.fetch(get());
    expect(made.place).toBe('pulled_after_send');
    made.move('pulled');
    await expect(asking).rejects.toThrow(TypeError);
  });

  it('breaks what is open when it is pulled, as a line breaks', async () => {
    const { made } = cable();
    const polling = made.fetch(get());
    made.move('pulled');
    await expect(polling).rejects.toBeInstanceOf(TypeError);
  });
});
