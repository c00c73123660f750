import type { CodecError } from '@tsunagu/iso8583';
import type { BreakerState, LineState, SendResult, Stray } from '@tsunagu/links';
import type { AppLogger, Metrics } from '@tsunagu/platform';
import type { Clock } from '@tsunagu/kernel';
import { SwitchingLog } from '@tsunagu/switching';
import { IssuerOutages, OUTAGE_CODES, type OpenOutage } from './issuer-outages.js';

const STATES: readonly LineState[] = [
  'DOWN', 'CONNECTING', 'CONNECTED', 'SIGNING_ON', 'READY', 'SUSPECT', 'SIGNED_OFF', 'DRAINING',
]; // prettier-ignore
type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Numbers and log lines of the switch. @source reference/iso8583-1993.md §17.4 */
export class SwitchMetrics extends SwitchingLog {
  readonly #outages = new IssuerOutages();

  constructor(
    private readonly metrics: Metrics,
    private readonly logger: AppLogger,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    super();
  }

  override note(message: string, facts: Facts): void {
    this.logger.log(message, facts);
    this.#count(message, facts);
  }

  override alarm(message: string, facts: Facts): void {
    this.logger.error(message, facts);
    this.metrics
      .counter('tsunagu_switch_alarms_total', 'Events somebody must look at', ['what'])
      .inc({ what: word(message) });
  }

  /** Issuers behind this link whose answers say that they are away. */
  outagesOf(link: string): OpenOutage[] {
    return this.#outages.open(this.clock.now()).filter(({ issuer }) => issuer.startsWith(`${link} `));
  }

  state(link: string, state: LineState): void {
    this.logger.log('link state', { link, state });
    const gauge = this.metrics.gauge('tsunagu_link_state', '1 for the state the link is in', ['link', 'state']);
    for (const one of STATES) gauge.set({ link, state: one }, one === state ? 1 : 0);
    if (state === 'READY') this.#inc('tsunagu_link_ready_total', 'Times the link became ready', link);
  }

  connection(link: string, connection: number, state: LineState): void {
    this.logger.log('connection state', { link, connection, state });
    if (state === 'CONNECTED') this.#inc('tsunagu_link_connects_total', 'Connections opened', link);
    if (state === 'READY') this.#inc('tsunagu_link_sign_ons_total', 'Connections signed on', link);
  }

  breaker(link: string, state: BreakerState): void {
    this.logger.warn('circuit of a link', { link, state });
    this.metrics
      .gauge('tsunagu_link_circuit_open', '1 while a link takes no new work because its counterpart is silent', [
        'link',
      ])
      .set({ link }, state === 'closed' ? 0 : 1);
  }

  endpoint(link: string, endpoint: string): void {
    this.alarm('link moved to another host', { link, endpoint });
  }

  unreachable(link: string, endpoint: string, code: string): void {
    this.logger.warn('a host of a link is not reached', { link, endpoint, code });
    this.metrics
      .counter('tsunagu_link_unreachable_total', 'Calls to a host of a link that failed', ['link', 'endpoint', 'code'])
      .inc({ link, endpoint, code });
  }

  refused(link: string, fault: string): void {
    this.metrics
      .counter('tsunagu_link_refused_total', 'Messages refused whole: wrong MAC, or an envelope that does not open', [
        'link',
        'fault',
      ])
      .inc({ link, fault });
    this.alarm('a message was refused whole', { link, fault });
  }

  notice(link: string, functionCode: string): void {
    this.alarm('notice of a counterpart', { link, functionCode });
  }

  ended(link: string, mti: string, result: SendResult): void {
    const labels = { link, mti };
    if (result.kind === 'answered') {
      this.metrics
        .histogram('tsunagu_link_answer_seconds', 'From the write of a message to its answer', ['link', 'mti'])
        .observe(labels, result.elapsedMs / 1_000);
    } else {
      this.metrics
        .counter('tsunagu_link_unanswered_total', 'Messages without an answer', ['link', 'mti', 'reason'])
        .inc({ ...labels, reason: result.reason });
    }
  }

  stray(link: string, kind: Stray['kind']): void {
    this.metrics
      .counter('tsunagu_link_strays_total', 'Answers nobody waited for', ['link', 'kind'])
      .inc({ link, kind });
  }

  malformed(link: string, fault: CodecError): void {
    this.logger.warn('malformed message', { link, code: fault.code, field: fault.field, offset: fault.offset });
    const labels = { link, code: fault.code, field: String(fault.field ?? '') };
    this.metrics
      .counter('tsunagu_link_codec_errors_total', 'Messages and values that were refused', ['link', 'code', 'field'])
      .inc(labels);
  }

  echo(link: string, roundTripMs: number | null): void {
    if (roundTripMs === null) return this.#inc('tsunagu_link_echoes_lost_total', 'Echoes without an answer', link);
    this.metrics
      .histogram('tsunagu_link_echo_seconds', 'Round trip of an echo', ['link'])
      .observe({ link }, roundTripMs / 1_000);
  }

  #count(message: string, facts: Facts): void {
    const { actionCode, elapsedMs, reason } = facts;
    if (message === 'attempt answered') {
      const labels = { code: String(actionCode ?? 'none') };
      this.metrics.counter('tsunagu_switch_answers_total', 'Answers by action code', ['code']).inc(labels);
      this.#watchIssuer(facts);
      this.metrics
        .histogram('tsunagu_switch_answer_seconds', 'From write to answer')
        .observe(Number(elapsedMs ?? 0) / 1_000);
    } else {
      const labels = { what: word(message), reason: String(reason ?? '') };
      this.metrics.counter('tsunagu_switch_events_total', 'What happened to attempts', ['what', 'reason']).inc(labels);
    }
  }

  /** An incident for operators when it begins; shops keep their declines, each with its own advice. */
  #watchIssuer({ link, brand, actionCode, domesticCode }: Facts): void {
    if (typeof link !== 'string' || typeof actionCode !== 'string') return;
    const issuer = `${link} ${String(brand ?? 'unknown')}`;
    const isAway = typeof domesticCode === 'string' && OUTAGE_CODES.has(domesticCode);
    const change = this.#outages.count(issuer, isAway ? domesticCode : actionCode, this.clock.now());
    if (change === undefined) return;
    if (change === 'began') this.alarm('issuer outage began', { issuer, actionCode });
    else this.note('issuer outage ended', { issuer });
    this.metrics
      .gauge('tsunagu_issuer_outage', '1 while the answers of an issuer say that it is away', ['issuer'])
      .set({ issuer }, change === 'began' ? 1 : 0);
  }

  #inc(name: string, help: string, link: string): void {
    this.metrics.counter(name, help, ['link']).inc({ link });
  }
}

function word(message: string): string {
  return message.replace(/[^a-z]+/g, '_');
}
