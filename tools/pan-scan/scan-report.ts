import { type PanPattern, panPatterns } from './pan-forms.js';
import { type Match, PatternAutomaton } from './pattern-automaton.js';

/** Where something lies: a medium and a place in it, never the bytes themselves. */
export interface PanHit {
  readonly medium: string;
  readonly place: string;
  readonly form: string;
}

const HITS_SHOWN_MAX = 200;

/** Collects hits and volumes of one run over all media. */
export class ScanReport {
  readonly hits: PanHit[] = [];
  readonly bytes: Record<string, number> = {};
  readonly mediaHit = new Set<string>();
  readonly formsHit = new Set<string>();
  hitCount = 0;

  readonly #patterns: readonly PanPattern[];
  readonly #automaton: PatternAutomaton;

  constructor(patterns: readonly PanPattern[] = panPatterns()) {
    this.#patterns = patterns;
    this.#automaton = new PatternAutomaton(patterns.map((pattern) => pattern.bytes));
  }

  /** Begin one stream (a file, a column); feed it chunk by chunk. @param place tells where `endOffset` lies */
  stream(medium: string, place: (match: Match) => string): (chunk: Uint8Array) => void {
    const scan = this.#automaton.scanner();
    this.bytes[medium] ??= 0;
    return (chunk) => {
      this.bytes[medium] = (this.bytes[medium] ?? 0) + chunk.length;
      scan(chunk, (match) => this.#add({ medium, place: place(match), form: this.#patterns[match.pattern]!.label }));
    };
  }

  /** One value that is whole. */
  value(medium: string, place: string, bytes: Uint8Array): void {
    this.stream(medium, () => place)(bytes);
  }

  #add(hit: PanHit): void {
    this.hitCount += 1;
    this.mediaHit.add(hit.medium);
    this.formsHit.add(hit.form);
    if (this.hits.length < HITS_SHOWN_MAX) this.hits.push(hit);
  }
}
