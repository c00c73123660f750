/** One server-sent event; `id` is what `Last-Event-ID` says after a break. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Events of a stream as they come. An event that was cut off by the end of the stream is not told.
 * @source WHATWG HTML, 9.2.6
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = readEvent(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the line may have broken already
  }
}

function readEvent(block: string): ServerEvent | undefined {
  const fields = new Map<string, string[]>();
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    if (at <= 0) continue; // a comment: the line lives
    const name = line.slice(0, at);
    fields.set(name, [...(fields.get(name) ?? []), line.slice(at + 1).replace(/^ /, '')]);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const last = (name: string) => fields.get(name)?.at(-1) ?? '';
  return { id: last('id'), event: last('event'), data: data.join('\n') };
}
