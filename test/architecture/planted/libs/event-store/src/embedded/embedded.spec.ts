import { eventStoreContract } from '../testing/index.js';
import { EmbeddedEventStore } from './index.js';

eventStoreContract('embedded', () => new EmbeddedEventStore());
