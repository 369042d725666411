import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Param, Post, Query, type Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import * as t from 'io-ts';
import { AccountId, exact } from '#libs/kernel';
import { ForAnyone, ForPersonOr, ForScope } from '../http/access.guard.js';
import { decode, decodeId } from '../http/decode.js';
import { Asked } from '../http/query.guard.js';
import { Answers, AnswersNothing } from './answers.js';
import { documentOf } from './document.js';

const Thing = t.type({ name: t.string }, 'Thing');
const thing = { name: 'x' };
const homeMade = new t.Type<string, unknown>(
  'Home-made',
  t.string.is,
  (u, c) => t.string.validate(u, c),
  (a) => a,
);

@Controller('v1/things')
class GoodThingsController {
  @Post(':accountId')
  @ForPersonOr('identity')
  @Answers('Make a thing', Thing)
  make(
    @Param('accountId', decodeId(AccountId)) _id: AccountId,
    @Body(decode(exact({ name: t.string }))) body: { readonly name: string },
  ) {
    return body;
  }
}

const refused: ReadonlyArray<readonly [what: string, message: RegExp, controller: () => Type]> = [
  [
    'a route that does not say what it answers',
    /^GET \/v1\/silent does not say what it answers: add @Answers/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('silent')
        silent() {
          return thing;
        }
      }
      return Planted;
    },
  ],
  [
    'a body that is taken as it comes',
    /^POST \/v1\/raw: its body is taken without a codec/u,
    () => {
      @Controller('v1')
      class Planted {
        @Post('raw')
        @Answers('Take it', Thing)
        raw(@Body() body: typeof thing) {
          return body;
        }
      }
      return Planted;
    },
  ],
  [
    'a query that is taken as it comes',
    /^GET \/v1\/raw: its query is taken without a codec/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('raw')
        @Answers('Take it', Thing)
        raw(@Query() query: typeof thing) {
          return query;
        }
      }
      return Planted;
    },
  ],
  [
    'a part of the path that nobody decodes',
    /^GET \/v1\/things\/\{id\}: a part of its path is not decoded/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('things/:id')
        @Answers('Read it', Thing)
        get() {
          return thing;
        }
      }
      return Planted;
    },
  ],
  [
    'a codec without a schema in a body',
    /^POST \/v1\/made: "Home-made" has no schema/u,
    () => {
      @Controller('v1')
      class Planted {
        @Post('made')
        @Answers('Take it', Thing)
        made(@Body(decode(exact({ name: homeMade }))) body: typeof thing) {
          return body;
        }
      }
      return Planted;
    },
  ],
  [
    'a codec without a schema in a query',
    /^GET \/v1\/made: "Home-made" has no schema/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('made')
        @Answers('Take it', Thing)
        made(@Asked(exact({ name: homeMade })) query: typeof thing) {
          return query;
        }
      }
      return Planted;
    },
  ],
  [
    'a codec without a schema in an answer',
    /^GET \/v1\/made: "Home-made" has no schema/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('made')
        @Answers('Make it', t.type({ name: homeMade }))
        made() {
          return thing;
        }
      }
      return Planted;
    },
  ],
  [
    'a body under 204',
    /^GET \/v1\/gone: it answers 204/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('gone')
        @HttpCode(204)
        @Answers('Go', Thing)
        gone() {
          return thing;
        }
      }
      return Planted;
    },
  ],
  [
    'no body under 200',
    /^GET \/v1\/gone: it answers 200/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('gone')
        @AnswersNothing('Go')
        gone(): undefined {
          return undefined;
        }
      }
      return Planted;
    },
  ],
  [
    'two operations of one name',
    /two operations are called "goodThingsMake"/u,
    () => {
      @Controller('v2')
      class GoodThings {
        @Post('things')
        @Answers('Make it', Thing)
        make() {
          return thing;
        }
      }
      return GoodThings;
    },
  ],
  [
    'two shapes of one name',
    /^GET \/v1\/other: two codecs are called "Thing"/u,
    () => {
      @Controller('v1')
      class Planted {
        @Get('other')
        @Answers('Read it', t.type({ name: t.literal('x') }, 'Thing'))
        other() {
          return { name: 'x' } as const;
        }
      }
      return Planted;
    },
  ],
];

describe('a description stops the start for', () => {
  it.each(refused)('%s', (_, message, controller) => {
    expect(() => documentOf([GoodThingsController, controller()])).toThrow(message);
  });
});

describe('an operation', () => {
  it('says for whom it is, what it takes, and what it answers', () => {
    const { paths, components } = documentOf([GoodThingsController]);
    expect(Object.keys(paths)).toEqual(['/v1/things/{accountId}']);
    const operation = paths['/v1/things/{accountId}']?.['post'];
    expect(operation).toMatchObject({
      operationId: 'goodThingsMake',
      tags: ['Good things'],
      summary: 'Make a thing',
      'x-writ-for': 'person or scope:identity',
      requestBody: { required: true, content: { 'application/json': { schema: { required: ['name'] } } } },
    });
    expect(operation).not.toHaveProperty('security');
    const refs = ['ActAs', 'IdempotencyKey', 'MinPosition', 'RequestId'];
    expect(operation?.parameters).toEqual([
      { name: 'accountId', in: 'path', required: true, schema: { $ref: '#/components/schemas/AccountId' } },
      ...refs.map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ]);
    const statuses = ['201', '400', '401', '403', '404', '409', '412', '413', '415', '422', '503', 'default'];
    expect(Object.keys(operation?.responses ?? {}).sort()).toEqual(statuses);
    expect(Object.keys(components.schemas).sort()).toEqual(['AccountId', 'Problem', 'Thing']);
  });

  it('that nobody said anything of is the operator’s; a public one needs no credential', () => {
    @Controller('v1')
    class Planted {
      @Get('quiet')
      @Answers('Read it', Thing)
      quiet() {
        return thing;
      }

      @Get('open')
      @ForAnyone()
      @Answers('Read it', Thing)
      open() {
        return thing;
      }

      @Get('scoped')
      @ForScope('audit')
      @Answers('Read it', Thing, { etag: true })
      scoped() {
        return thing;
      }
    }
    const { paths } = documentOf([Planted]);
    expect(paths['/v1/quiet']?.['get']).toMatchObject({ 'x-writ-for': 'operator' });
    expect(paths['/v1/open']?.['get']).toMatchObject({ 'x-writ-for': 'anyone', security: [] });
    expect(paths['/v1/scoped']?.['get']).toMatchObject({ 'x-writ-for': 'scope:audit' });
    expect(Object.keys(paths['/v1/open']?.['get']?.responses ?? {})).toEqual(['200', '400', 'default']);
    expect(Object.keys(paths['/v1/scoped']?.['get']?.responses ?? {})).toContain('304');
  });
});
