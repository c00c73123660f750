import type { Clock } from '@tsunagu/kernel';
import { appendFile, readFile } from 'node:fs/promises';

/** The newest slice of a tenant that this process has seen. */
export interface AuditHead {
  readonly tenantId: string;
  readonly seq: number;
  /** MAC of the slice, hex. */
  readonly mac: string;
}

/**
 * Heads of the chains, kept outside of the database: a tail that is cut off together with its slices is missed by nothing else.
 * One line of JSON per head; point the file at write-once storage (`AUDIT_ANCHOR_FILE`).
 */
export class AuditAnchor {
  readonly #heads = new Map<string, AuditHead>();
  readonly #unwritten = new Set<string>();

  constructor(
    private readonly file: string,
    private readonly clock: Clock,
  ) {}

  /** Remember a head; it is written down by {@link write}. */
  note(head: AuditHead): void {
    if ((this.#heads.get(head.tenantId)?.seq ?? 0) >= head.seq) return;
    this.#heads.set(head.tenantId, head);
    this.#unwritten.add(head.tenantId);
  }

  /** Append what is new. */
  async write(): Promise<void> {
    const at = this.clock.now().toISOString();
    const tenants = [...this.#unwritten];
    const lines = tenants.map((tenantId) => `${JSON.stringify({ at, ...this.#heads.get(tenantId) })}\n`);
    if (lines.length === 0) return;
    await appendFile(this.file, lines.join(''), { mode: 0o600 });
    for (const tenantId of tenants) this.#unwritten.delete(tenantId);
  }

  /** Newest known head of each tenant, from memory and from the file. */
  async heads(): Promise<Map<string, AuditHead>> {
    const heads = new Map(this.#heads);
    for (const line of (await this.#lines()).split('\n')) {
      const head = readHead(line);
      if (head !== undefined && head.seq > (heads.get(head.tenantId)?.seq ?? 0)) heads.set(head.tenantId, head);
    }
    return heads;
  }

  async #lines(): Promise<string> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}

function readHead(line: string): AuditHead | undefined {
  if (line === '') return undefined;
  try {
    const { tenantId, seq, mac } = JSON.parse(line) as AuditHead;
    return { tenantId, seq, mac };
  } catch {
    return undefined; // the last line of a process that was killed while writing
  }
}
