import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import type { KeyActor } from '../inventory/key-inventory.service.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import { RequestShapeError } from '../vault-errors.js';
import { Components, type ComponentAnswer } from './components.service.js';
import { Custodians } from './custodians.service.js';
import { KeyArrivals } from './key-arrivals.service.js';
import { KEY_OPERATIONS, KeyOrders, type KeyOrder, type KeyOrderResult } from './key-orders.service.js';
import { KeyReports, type KeyReport } from './key-reports.service.js';
import { isAbsent, readDescription, readProof } from './key-request.js';

const FORECAST_DAYS_MAX = 3650;

/** Internal doors of the operator's key commands. Every one that changes something asks a custodian to prove himself first. */
@Controller()
@UseGuards(InternalGuard)
export class KeyCeremonyController {
  constructor(
    private readonly custodians: Custodians,
    private readonly orders: KeyOrders,
    private readonly arrivals: KeyArrivals,
    private readonly components: Components,
    private readonly reports: KeyReports,
  ) {}

  @Post(VAULT_ROUTES.keyReport)
  @HttpCode(200)
  report(@Body() body: unknown): Promise<KeyReport> {
    const fields = objectOf(body, 'body');
    const days = isAbsent(fields, 'days') ? 90 : fields['days'];
    if (typeof days !== 'number' || !(days >= 0 && days <= FORECAST_DAYS_MAX)) throw new RequestShapeError('days');
    const after = fields['devicesAfter'];
    const devicesAfter = isAbsent(fields, 'devicesAfter') ? null : after === '' ? '' : uuidOf(fields, 'devicesAfter');
    return this.reports.report({ isComplete: fields['isComplete'] === true, days, devicesAfter });
  }

  @Post(VAULT_ROUTES.keyGenerate)
  @HttpCode(200)
  async generate(@Body() body: unknown): Promise<KeyRecord> {
    const { fields, actor } = await this.#actor(body);
    if (!isAbsent(fields, 'keyId')) return this.arrivals.succeed(requestText(fields, 'keyId', 100), actor);
    return this.arrivals.generate(readDescription(fields), actor);
  }

  @Post(VAULT_ROUTES.keyComponent)
  @HttpCode(200)
  async component(@Body() body: unknown): Promise<ComponentAnswer> {
    const { fields, actor } = await this.#actor(body);
    const component = requestText(fields, 'component', 128);
    if (isAbsent(fields, 'ceremonyId')) return this.components.begin(readDescription(fields), component, actor);
    return this.components.finish(uuidOf(fields, 'ceremonyId'), component, actor);
  }

  @Post(VAULT_ROUTES.keyImport)
  @HttpCode(200)
  async importBlock(@Body() body: unknown): Promise<KeyRecord> {
    const { fields, actor } = await this.#actor(body);
    const wrappingKeyId = requestText(fields, 'wrappingKeyId', 100);
    const keyBlock = requestText(fields, 'keyBlock', 9999);
    const kcv = requestText(fields, 'kcv', 10);
    return this.arrivals.importBlock({ ...readDescription(fields), wrappingKeyId, keyBlock, kcv }, actor);
  }

  @Post(VAULT_ROUTES.keyOrder)
  @HttpCode(200)
  async order(@Body() body: unknown): Promise<KeyOrder> {
    const { fields, actor } = await this.#actor(body);
    const operation = oneOf(fields, 'operation', KEY_OPERATIONS);
    const wrappingKeyId = isAbsent(fields, 'wrappingKeyId') ? null : requestText(fields, 'wrappingKeyId', 100);
    return this.orders.order({ keyId: requestText(fields, 'keyId', 100), operation, wrappingKeyId }, actor);
  }

  @Post(VAULT_ROUTES.keyApprove)
  @HttpCode(200)
  async approve(@Body() body: unknown): Promise<KeyOrderResult | { leaves: string; enters: string }> {
    const { fields, actor } = await this.#actor(body);
    const id = uuidOf(fields, 'orderId');
    return (await this.custodians.succession.approve(id, actor)) ?? this.orders.approve(id, actor);
  }

  @Post(VAULT_ROUTES.custodians)
  @HttpCode(200)
  async found(@Body() body: unknown): Promise<{ custodians: string[]; orderId?: string }> {
    const fields = objectOf(body, 'body');
    if (!isAbsent(fields, 'replacement')) return this.#replace(body);
    const people = fields['people'];
    if (!Array.isArray(people) || people.length > 9) throw new RequestShapeError('people');
    const entered = people.map((person: unknown) => {
      const one = objectOf(person, 'people');
      return { name: requestText(one, 'name', 40), secret: requestText(one, 'secret', 200) };
    });
    await this.custodians.found(entered, requestText(fields, 'requestId', 200));
    return { custodians: await this.custodians.names() };
  }

  /** One takes the place of another: the order; its approval is that of any order. */
  async #replace(body: unknown): Promise<{ custodians: string[]; orderId: string }> {
    const { fields, actor } = await this.#actor(body);
    const asked = objectOf(fields['replacement'], 'replacement');
    const [leaves, enters] = [requestText(asked, 'leaves', 40), requestText(asked, 'enters', 40)];
    const secret = requestText(asked, 'secret', 200);
    const { id } = await this.custodians.succession.order({ leaves, enters, secret }, actor);
    return { custodians: await this.custodians.names(), orderId: id };
  }

  async #actor(body: unknown): Promise<{ fields: Record<string, unknown>; actor: KeyActor }> {
    const fields = objectOf(body, 'body');
    const requestId = requestText(fields, 'requestId', 200);
    return { fields, actor: { by: await this.custodians.authenticate(readProof(fields), requestId), requestId } };
  }
}
