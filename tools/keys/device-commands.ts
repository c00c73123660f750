import { needed, rowIdOf, type KeysArguments } from './arguments.js';
import type { Prompt } from './prompt.js';
import { KeysError, type VaultDoor } from './vault-door.js';

/** What a command has at hand. */
interface Room {
  readonly door: VaultDoor;
  readonly prompt: Prompt;
  readonly args: KeysArguments;
}

/** Commands about readers: a code for a terminal, the first key for its loader, the kill switch. */
export const DEVICE_COMMANDS: Readonly<Record<string, (room: Room) => Promise<string>>> = {
  'device-code': async ({ door, args }) => {
    const { profile, zone } = args.options;
    const asked = { ...placeOf(args), profileName: profile ?? 'aes128-cbc-cmac-tlv', zone };
    const { code, expiresAt } = await door.ask<{ code: string; expiresAt: string }>('deviceCode', asked);
    return `${code}\ngood once, until ${expiresAt.slice(0, 16)}Z`;
  },
  'device-load': async ({ door, prompt, args }) => {
    const asked = { ...placeOf(args), wrappingKeyId: needed(args, 'under'), code: await prompt.secret('code') };
    const loaded = await door.ask<{ deviceId: string; initialKeyId: string; profileName: string; keyBlock: string }>(
      'deviceLoad',
      asked,
    );
    return `device ${loaded.deviceId}, key id ${loaded.initialKeyId}, profile ${loaded.profileName}\n${loaded.keyBlock}`;
  },
  'device-suspend': move,
  'device-resume': move,
  'device-retire': move,
  'device-lose': move,
};

async function move({ door, args }: Room): Promise<string> {
  if (args.operand === undefined) throw new KeysError(`${args.command} of which DEVICE?`);
  const asked = {
    tenantId: rowIdOf('ten', needed(args, 'tenant')),
    deviceId: args.operand,
    move: args.command.replace('device-', ''),
    reason: needed(args, 'reason'),
    actor: needed(args, 'as'),
  };
  const { state } = await door.ask<{ state: string }>('deviceState', asked);
  return `device ${args.operand} is ${state}; every vault knows within five seconds`;
}

function placeOf(args: KeysArguments): { tenantId: string; terminalId: string } {
  return { tenantId: rowIdOf('ten', needed(args, 'tenant')), terminalId: rowIdOf('trm', needed(args, 'terminal')) };
}
