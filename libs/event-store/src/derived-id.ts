import { hash } from 'node:crypto';
import type {
  AccountId,
  ApiKeyId,
  CommandId,
  InvitationId,
  OrganizationId,
  ProjectId,
  ServiceTokenId,
} from '#libs/kernel';

interface Made {
  readonly user: AccountId;
  readonly org: OrganizationId;
  readonly proj: ProjectId;
  readonly key: ApiKeyId;
  readonly svc: ServiceTokenId;
  readonly inv: InvitationId;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * The id of a thing that a command makes: 22 base62 characters from a hash of the command's id, so that a retry
 * makes the same thing. `label` tells apart the things of one command.
 */
export const derivedId = <Prefix extends keyof Made>(
  commandId: CommandId,
  prefix: Prefix,
  label: string = prefix,
): Made[Prefix] => {
  let rest = BigInt(`0x${hash('sha256', `${label}\n${commandId}`, 'hex').slice(0, 32)}`);
  let text = '';
  for (let n = 0; n < 22; n += 1) {
    text = (alphabet[Number(rest % 62n)] ?? '') + text;
    rest /= 62n;
  }
  // The prefix and the alphabet are the id codec's own.
  return `${prefix}_${text}` as Made[Prefix];
};
