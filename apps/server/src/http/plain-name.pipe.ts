import type { PipeTransform } from '@nestjs/common';
import { looksLikeSecret } from '#libs/api-keys';
import { Refused } from './refused.js';

/** Names are kept in the log and shown: one that holds a secret is refused before it gets anywhere (422). */
export const plainName: PipeTransform<{ readonly name?: string | null | undefined }, unknown> = {
  transform: (body) => {
    if (typeof body.name === 'string' && looksLikeSecret(body.name))
      throw new Refused({ _tag: 'NameLooksLikeKey', field: 'name' });
    return body;
  },
};
