import { describe, it } from '@jest/globals';
import { bytesOf } from '#libs/kernel/testing';
import { supportMatrixEvents } from './support-matrix.events.js';

describe('the stored bytes of the support table', () => {
  it.each(
    bytesOf(supportMatrixEvents, [
      [
        '{"type":"SupportMatrixRevised","version":1,"data":{"rows":[{"kind":"code-interpreter","key":false,"ui":null,"listingScope":"defaultProject"},{"kind":"file","key":true,"ui":false,"listingScope":"organization"},{"kind":"storage","key":true,"ui":true,"listingScope":"defaultProject"}]}}',
        {
          type: 'SupportMatrixRevised',
          data: {
            rows: [
              { kind: 'code-interpreter', key: false, ui: null, listingScope: 'defaultProject' },
              { kind: 'file', key: true, ui: false, listingScope: 'organization' },
              { kind: 'storage', key: true, ui: true, listingScope: 'defaultProject' },
            ],
          },
        },
      ],
      [
        '{"type":"SupportMatrixRevised","version":1,"data":{"rows":[]}}',
        { type: 'SupportMatrixRevised', data: { rows: [] } },
      ],
    ]),
  )('%s', (_, check) => check());
});
