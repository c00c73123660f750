import { FakeRefusal } from './fake-payments.js';

/** Nobody has a token; what is asked for by id is missing, for everybody alike. */
export class FakeTokens {
  listTokens(): Promise<{ data: never[]; hasMore: boolean }> {
    return Promise.resolve({ data: [], hasMore: false });
  }

  readToken(): Promise<never> {
    return missing();
  }

  updateToken(): Promise<never> {
    return missing();
  }

  revokeToken(): Promise<never> {
    return missing();
  }

  tokenTrail(): Promise<never> {
    return missing();
  }
}

function missing(): Promise<never> {
  return Promise.reject(new FakeRefusal('resource_missing', 'not_found'));
}
