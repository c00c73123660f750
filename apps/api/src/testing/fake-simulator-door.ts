/** A simulator with one card and a panel of its own; keeps what it was asked. */
export class FakeSimulatorDoor {
  readonly asked: { method: string; path: string; body: unknown }[] = [];
  readonly #faults: object[] = [];

  ask(method: string, path: string, body?: object): Promise<unknown> {
    this.asked.push({ method, path, body });
    return Promise.resolve(this.#answer(`${method} ${path.replace(/\?.*/, '')}`, body));
  }

  #answer(route: string, body: object | undefined): unknown {
    switch (route) {
      case 'GET /terminals/cards':
        return [CARD];
      case 'POST /terminals/present':
        return { card_present: PRESENTED };
      case 'POST /terminals/pin':
        return { pin_block: { format: 'iso4', ksn: PRESENTED.ksn, data: '9C'.repeat(16) } };
      case 'POST /faults':
        this.#faults.push(body ?? {});
        return { faults: this.#faults };
      default:
        return { faults: route.startsWith('DELETE') ? [] : this.#faults };
    }
  }
}

const CARD = {
  name: 'jcb',
  brand: 'jcb',
  bin6: '353011',
  last4: '0000',
  funding: 'credit',
  currency: 'JPY',
  entry: 'contactless',
  types_pin: false,
  does: { ja: 'タッチ、本人確認なし', en: 'Tap, no verification' },
};
const PRESENTED = {
  format: 'dukpt_aes',
  ksn: '123456789012345600000001',
  ciphertext: '9C'.repeat(48),
  entry_mode: 'contactless',
} as const;
