export interface Requirement {
  readonly id: string;
  readonly rule: string;
  readonly state: string;
  readonly alsoBy?: string;
  readonly provedBy?: readonly { readonly file: string; readonly test: string }[];
}

export interface Family {
  readonly title: string;
  readonly document: string;
  readonly source: string;
  readonly requirements: readonly Requirement[];
}

export interface Proof {
  readonly id: string;
  readonly title: string;
  readonly file: string;
}

export function titlesIn(source: string): string[];
export function namedProofs(
  families: readonly Family[],
  read: (file: string) => string | undefined,
): { proofs: Proof[]; troubles: string[] };
export function proofsIn(file: string, source: string): Proof[];
export function requirementTroubles(families: readonly Family[], proofs: readonly Proof[]): string[];
export function requirementPage(family: Family, proofs: readonly Proof[]): string;
