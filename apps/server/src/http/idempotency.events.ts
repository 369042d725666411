import * as t from 'io-ts';
import { eventCodec, type EventOf, eventSchema, exact } from '#libs/kernel';

const RequestStarted = eventSchema(exact({ bodyHash: t.string, process: t.string }));
const RequestCompleted = eventSchema(
  exact({ body: t.unknown, personId: t.union([t.string, t.null]), position: t.union([t.string, t.null]) }),
);
const RequestRefused = eventSchema(exact({}));

/** Stream `idempotency-<HMAC>`: one request that may be sent again, remembered for a day. */
export const idempotency = eventCodec({ RequestStarted, RequestCompleted, RequestRefused });
export type IdempotencyEvent = EventOf<typeof idempotency>;
