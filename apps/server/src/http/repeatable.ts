import { SetMetadata } from '@nestjs/common';

const REPEATABLE = 'writ:repeatable';

/**
 * On a POST that may be sent again as it is, since nothing it did is done twice: then an `Idempotency-Key` is of no use, and nothing is remembered under it.
 * For what is streamed there is no other way: its body is never whole in one place, and neither is its answer.
 */
export const Repeatable = () => SetMetadata(REPEATABLE, true);

export const isRepeatable = (handler: object): boolean => Reflect.getMetadata(REPEATABLE, handler) === true;
