import { BlockList, isIP } from 'node:net';

const V4_BITS = 32;
const V6_BITS = 128;

/** A network as text, e.g. `203.0.113.0/24`; an address alone is a network of one. */
interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** @returns undefined when the text is no network */
function networkOf(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^(?:0|[1-9][0-9]{0,2})$/.test(prefix)))
    return undefined;
  const most = version === 4 ? V4_BITS : V6_BITS;
  const bits = prefix === undefined ? most : Number(prefix);
  return bits > most ? undefined : { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** Networks that a key may be used from. An IPv4 address inside IPv6 (`::ffff:…`) reads as the IPv4 address that it is. */
export class AddressList {
  readonly #networks: readonly Network[];
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** @param texts well-formed networks, as {@link isNetwork} judges and the database stores them */
  constructor(texts: readonly string[]) {
    this.#networks = texts.flatMap((text) => networkOf(text) ?? []);
    for (const { address, bits, family } of this.#networks) this.#lists[family].addSubnet(address, bits, family);
  }

  includes(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return (
      version !== 0 && (version === 4 ? this.#lists.ipv4.check(plain, 'ipv4') : this.#lists.ipv6.check(plain, 'ipv6'))
    );
  }

  /** Whether every address of that network is in one network of this list. */
  covers(text: string): boolean {
    const asked = networkOf(text);
    if (asked === undefined) return false;
    return this.#networks.some(({ address, bits, family }) => {
      if (family !== asked.family || bits > asked.bits) return false;
      const wider = new BlockList();
      wider.addSubnet(address, bits, family);
      return wider.check(asked.address, family);
    });
  }
}

/** Whether the text is an address or a network. */
export function isNetwork(text: string): boolean {
  return text.length <= 43 && networkOf(text) !== undefined;
}

/** An address as its own family writes it. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:([0-9.]{7,15})$/i.exec(address)?.[1];
  return mapped !== undefined && isIP(mapped) === 4 ? mapped : address;
}
