// breaks: testing-is-for-specs, src-needs-no-dev-dependency
import fc from 'fast-check';
import { eventStoreContract } from '#libs/event-store/testing';

export const contract = { fc, eventStoreContract };
