import { HqFileDoor, type HqLine } from '@tsunagu/acceptor';
import { Tsn93FileActions } from '@tsunagu/connectors';
import type { IsoMessage } from '@tsunagu/iso8583';
import type { NegativeList } from '@tsunagu/switching';

const NOT_SUPPORTED = '301';

/** Cards that a merchant's payment server blocks: on the list that every payment is held against, for that merchant's payments alone. */
export class TenantCardLists extends HqFileDoor {
  readonly #speech = new Tsn93FileActions();

  constructor(private readonly list: NegativeList) {
    super();
  }

  override async act({ tenantId, link }: HqLine, message: IsoMessage): Promise<string> {
    const action = this.#speech.read(message) ?? NOT_SUPPORTED;
    return typeof action === 'string' ? action : this.list.apply({ tenantId, link }, action);
  }
}
