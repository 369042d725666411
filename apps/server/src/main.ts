import { Ending } from './ending.js';

// Before anything else is loaded, which takes about a second: the first process of a container is not ended by a signal that it does not hear.
const ending = new Ending();
const { serve } = await import('./serve.js');
await serve(ending);
