import type { CardDisplay, SealedEnvelope } from './vault.js';

/** A token as everybody outside the card zone may know it. */
export interface TokenView {
  readonly id: string;
  /** `spent`: single-use, and used. */
  readonly state: 'active' | 'spent' | 'revoked';
  readonly uses: 'multi' | 'single';
  readonly card: CardDisplay;
  /** Payment account reference of the account (29 characters), where a network has told it. */
  readonly par: string | null;
  readonly networkTokens: readonly NetworkTokenView[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly revokedAt: string | null;
}

/** Token that a card network issued for the same account. Its number stays with the network. */
export interface NetworkTokenView {
  readonly network: 'jcb' | 'visa' | 'mastercard' | 'amex' | 'diners' | 'discover' | 'unionpay';
  readonly reference: string;
  readonly last4: string | null;
  readonly state: NetworkTokenState;
}

export type NetworkTokenState = 'active' | 'suspended' | 'deleted';

/** One line of what happened to a token: who opened, sealed, revealed or changed it, and why. */
export interface TokenTrailLine {
  readonly id: string;
  readonly at: string;
  readonly operation: string;
  readonly result: string;
  readonly requestId: string;
  readonly actor: string | null;
}

/** A change of a token that merchants have not heard of yet. */
export interface TokenChange {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: 'created' | 'updated' | 'revoked' | 'network_updated';
  readonly at: string;
  readonly requestId: string;
  /** Former values, names of the wire; null for a new token. */
  readonly previous: Readonly<Record<string, string | number | null>> | null;
  readonly token: TokenView;
}

/** Whose token, asked by which request. */
export interface TokenRequest {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly requestId: string;
}

/** A page of ids that are made in the order of time, newest first. */
export interface PageAsked {
  readonly limit: number;
  readonly beforeId?: string;
  readonly afterId?: string;
}

export interface PageRead<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
}

/** Why the switch needs an account again. There is no bulk reveal and no other reason. */
export const REVEAL_REASONS = ['reversal', 'sales_file', 'negative_list', 'validity_check', 'dispute'] as const;

export interface RevealRequest extends TokenRequest {
  readonly reason: (typeof REVEAL_REASONS)[number];
  /** What it is for: attempt, file or case. */
  readonly reference: string;
}

/** The vault's doors for tokens. @throws RemoteError `resource_missing`, `token_revoked`, `token_spent`, `state_conflict`, `card_service_unavailable` */
export abstract class TokenPort {
  abstract readToken(request: TokenRequest): Promise<TokenView>;
  abstract listTokens(
    request: Omit<TokenRequest, 'tokenId'> & { page: PageAsked; state?: 'active' | 'revoked'; last4?: string },
  ): Promise<PageRead<TokenView>>;
  /** A new expiry, as an issuer or a customer told it. */
  abstract updateToken(request: TokenRequest & { expMonth: number; expYear: number }): Promise<TokenView>;
  /** For ever; again changes nothing. */
  abstract revokeToken(request: TokenRequest): Promise<TokenView>;
  abstract tokenTrail(request: TokenRequest & { page: PageAsked }): Promise<PageRead<TokenTrailLine>>;
  /** Changes of any tenant that {@link toldTokenChanges} has not confirmed, oldest first. */
  abstract tokenChanges(limit: number): Promise<readonly TokenChange[]>;
  abstract toldTokenChanges(changes: readonly { tenantId: string; id: string }[]): Promise<void>;
}

/** An account for the switch, sealed to its keys; never a number. */
export interface RevealAnswer {
  readonly envelope: SealedEnvelope;
}

/** A file of cards, from a partner or for one; each card in it is sealed under an exchange key that the house and the partner share. */
export interface TokenJobView {
  readonly id: string;
  readonly kind: TokenJobKind;
  /** `requested`: an export waits for two custodians; `filling`: an import takes lines; `running`; `done`: each line has its code. */
  readonly state: 'requested' | 'filling' | 'running' | 'done';
  readonly keyId: string;
  /** The merchant's own name of it; null for an export that custodians began by themselves. */
  readonly reference: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** Lines by their code; `waiting`: not worked on yet. */
  readonly counts: Readonly<Record<string, number>>;
}

export type TokenJobKind = 'import' | 'export';

/** One line of a file, and what became of it. */
export interface TokenJobLine {
  /** From 1, in the order of the file. */
  readonly line: number;
  /** The partner's or merchant's name of the card; the sealed card opens under it only. */
  readonly reference: string;
  /** Null: not worked on yet. */
  readonly code: string | null;
  readonly tokenId: string | null;
  /** Base64, under the exchange key; null for imported cards. */
  readonly card: string | null;
}

/** Lines after one, or before one; neither: from the first. */
export interface LinePage {
  readonly limit: number;
  readonly after?: number;
  readonly before?: number;
}

/** Whose file, asked by which request. */
export interface TokenJobRequest {
  readonly tenantId: string;
  readonly requestId: string;
  readonly kind: TokenJobKind;
  readonly jobId: string;
}

/** The vault's doors for files of cards. @throws RemoteError `resource_missing`, `state_conflict`, `client_reference_exists`, `card_service_unavailable` */
export abstract class TokenFilePort {
  /** The same reference again finds the same job. */
  abstract beginJob(
    request: Omit<TokenJobRequest, 'jobId'> & { keyId: string; reference: string },
  ): Promise<{ job: TokenJobView; isNew: boolean }>;
  /** At most 500; lines that are there already stay as they are. */
  abstract addLines(
    request: Omit<TokenJobRequest, 'kind'> & { lines: readonly Pick<TokenJobLine, 'line' | 'reference' | 'card'>[] },
  ): Promise<void>;
  /** No more lines; again changes nothing. */
  abstract startImport(request: Omit<TokenJobRequest, 'kind'>): Promise<TokenJobView>;
  abstract readJob(request: TokenJobRequest): Promise<TokenJobView>;
  abstract listJobs(request: Omit<TokenJobRequest, 'jobId'> & { page: PageAsked }): Promise<PageRead<TokenJobView>>;
  abstract jobResults(request: TokenJobRequest & { page: LinePage }): Promise<PageRead<TokenJobLine>>;
}
