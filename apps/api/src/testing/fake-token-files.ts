import { FakeRefusal } from './fake-payments.js';

/** Nobody has a file; what is asked for by id is missing, for everybody alike. */
export class FakeTokenFiles {
  listJobs(): Promise<{ data: never[]; hasMore: boolean }> {
    return Promise.resolve({ data: [], hasMore: false });
  }

  beginJob(): Promise<never> {
    return missing();
  }

  addLines(): Promise<never> {
    return missing();
  }

  startImport(): Promise<never> {
    return missing();
  }

  readJob(): Promise<never> {
    return missing();
  }

  jobResults(): Promise<never> {
    return missing();
  }
}

function missing(): Promise<never> {
  return Promise.reject(new FakeRefusal('resource_missing', 'not_found'));
}
