import type { CodecError } from '@tsunagu/iso8583';
import type { LineState, Stray } from '@tsunagu/links';
import type { AppLogger, Metrics } from '@tsunagu/platform';
import { SwitchingLog } from '@tsunagu/switching';

const STATES: readonly LineState[] = ['DOWN', 'CONNECTING', 'SIGNING_ON', 'READY', 'SUSPECT', 'SIGNED_OFF', 'DRAINING'];
type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Numbers and log lines of the switch. @source reference/iso8583-1993.md §17.4 */
export class SwitchMetrics extends SwitchingLog {
  constructor(
    private readonly metrics: Metrics,
    private readonly logger: AppLogger,
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

  state(link: string, state: LineState): void {
    this.logger.log('link state', { link, state });
    const gauge = this.metrics.gauge('tsunagu_link_state', '1 for the state the link is in', ['link', 'state']);
    for (const one of STATES) gauge.set({ link, state: one }, one === state ? 1 : 0);
    if (state === 'SIGNING_ON') this.#inc('tsunagu_link_connects_total', 'Connections opened', link);
    if (state === 'READY') this.#inc('tsunagu_link_ready_total', 'Times the link became ready', link);
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
      this.metrics
        .histogram('tsunagu_switch_answer_seconds', 'From write to answer')
        .observe(Number(elapsedMs ?? 0) / 1_000);
    } else {
      const labels = { what: word(message), reason: String(reason ?? '') };
      this.metrics.counter('tsunagu_switch_events_total', 'What happened to attempts', ['what', 'reason']).inc(labels);
    }
  }

  #inc(name: string, help: string, link: string): void {
    this.metrics.counter(name, help, ['link']).inc({ link });
  }
}

function word(message: string): string {
  return message.replace(/[^a-z]+/g, '_');
}
