/** The log of tenants without deliveries. */
export class FakeDeliveryLog {
  list(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  resend(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  replay(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  test(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
