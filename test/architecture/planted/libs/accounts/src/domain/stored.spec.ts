// breaks: domain-specs-need-nothing
import { it } from '@jest/globals';
import { EmbeddedEventStore } from '#libs/event-store/embedded';

it('needs a store', () => void new EmbeddedEventStore());
