import { KeyPrefix } from '#libs/api-keys';

export const prefixOf = (prefix: string): KeyPrefix => {
  if (KeyPrefix.is(prefix)) return prefix;
  throw new Error('the configuration let a key prefix through that is none');
};
